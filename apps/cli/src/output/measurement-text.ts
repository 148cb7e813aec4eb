import type { LatencyEstimate, MeasurementResult } from '@espalier/contracts';
import { formatEstimate, formatMs, formatPercent, significant } from './format.js';
import { renderTable } from './table.js';
import { styled } from './terminal.js';
import { warningText } from './warning-text.js';

/** A measurement as a person reads it. */
export function measurementText(subject: string, control: string | undefined, result: MeasurementResult): string {
  const rows = [
    row(subject, result.subject),
    ...(result.control === undefined ? [] : [row(control ?? 'control', result.control)]),
  ];
  const table = renderTable(
    [
      { heading: 'model' },
      { heading: 'p50' },
      { heading: 'p90', align: 'right' },
      { heading: 'p99', align: 'right' },
      { heading: 'runs', align: 'right' },
      { heading: 'load', align: 'right' },
      { heading: 'first run', align: 'right' },
    ],
    rows,
  );
  const { environment } = result;
  return [
    table,
    '',
    ...(result.ratio === undefined ? [] : [ratioText(result.ratio)]),
    `${environment.before.cpuModel}, provider ${environment.provider}, onnxruntime ${environment.onnxruntime}`,
    ...result.warnings.map((warning) => `${styled('yellow', 'warning:')} ${warningText(warning)}`),
  ].join('\n');
}

const row = (name: string, latency: LatencyEstimate): string[] => [
  name,
  formatEstimate(latency.p50Ms, latency.p50Ci),
  formatMs(latency.p90Ms),
  formatMs(latency.p99Ms),
  String(latency.n),
  formatMs(latency.loadMs),
  formatMs(latency.firstRunMs),
];

function ratioText({ p50, ci }: NonNullable<MeasurementResult['ratio']>): string {
  const verdict = ci[1] < 1 ? 'faster' : ci[0] > 1 ? 'slower' : 'no difference shown';
  return `${styled('bold', `${significant(p50)}×`)} the control [${significant(ci[0])}, ${significant(ci[1])}]: ${verdict}${
    verdict === 'no difference shown' ? '' : ` by ${formatPercent(Math.abs(1 - p50))}`
  }`;
}
