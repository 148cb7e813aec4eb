import type { LatencyEstimate, MeasurementResult, MeasurementSpec, Statistic } from '@espalier/contracts';
import { estimateOf, modelsOf, type Outcome } from '../measuring/outcome.js';
import { environmentText, factLines, inputsText, warningLines } from './environment-text.js';
import { formatBytes, formatMs, formatPercent, significant } from './format.js';
import { latencyColumns } from './latency-table.js';
import { renderTable } from './table.js';
import { styled } from './terminal.js';

type Measurement = Extract<Outcome, { kind: 'measurement' }>;

/** A measurement as a person reads it. */
export function measurementText(outcome: Measurement): string {
  const { result, spec } = outcome;
  const columns = latencyColumns(spec.statistic);
  const table = renderTable(
    columns,
    modelsOf(outcome).map((model) => columns.map(({ cell }) => cell(model))),
  );
  return [
    table,
    '',
    ...(result.ratio === undefined ? [] : [ratioText(result.ratio, spec.statistic), '']),
    ...factLines([
      ['reached', reachedText(result.subject, spec)],
      ['processes', processesText(result, spec.statistic)],
      ['spread', spreadText(result.subject)],
      ['memory', `peak ${formatBytes(result.peakRssBytes)} with the model loaded and run`],
      ['inputs', inputsText(result.inputs)],
      ['device', environmentText(result.environment)],
      ...discardedFacts(result.discarded),
    ]),
    ...warningLines(result.warnings),
  ].join('\n');
}

/** How precise the statistic became, and what was asked for. */
export function reachedText(latency: LatencyEstimate, { statistic, precision }: MeasurementSpec): string {
  const { valueMs, ci } = estimateOf(latency, statistic);
  const asked = `asked for ±${Number((precision * 100).toPrecision(3))} %`;
  const halfWidth = `±${formatPercent((ci[1] - ci[0]) / 2 / valueMs)} of ${statistic}`;
  return latency.converged ? `${halfWidth} (${asked})` : styled('yellow', `${halfWidth}: not converged (${asked})`);
}

function processesText({ subject, processVariance }: MeasurementResult, statistic: Statistic): string {
  const { processes, sdShare } = processVariance;
  if (processes === 1) return 'one: what differs from one process to the next is not in the interval';
  const values = subject.processes.map(({ valueMs }) => valueMs);
  const range = `${statistic} from ${formatMs(Math.min(...values))} to ${formatMs(Math.max(...values))}`;
  const share = sdShare === 0 ? 'no variance between them shown' : `sd between them ${formatPercent(sdShare)}`;
  return `${processes} fresh ones, ${range}; ${share}`;
}

function spreadText(latency: LatencyEstimate): string {
  const { minMs, maxMs, meanMs, sdMs, outliers, droppedRuns } = latency;
  return [
    `${formatMs(minMs)} to ${formatMs(maxMs)}`,
    `mean ${formatMs(meanMs)}`,
    `sd ${formatMs(sdMs)}`,
    `${outliers} outliers kept`,
    `${droppedRuns} warm-up runs dropped`,
  ].join(', ');
}

/** Takes that were thrown away, if any. */
export function discardedFacts(discarded: MeasurementResult['discarded']): readonly (readonly [string, string])[] {
  if (discarded.length === 0) return [];
  const takes = discarded.map(
    ({ p50Ms, warnings }) => `${formatMs(p50Ms)} (${[...new Set(warnings.map(({ code }) => code))].join(', ')})`,
  );
  return [['repeated', `disturbed takes that do not count: ${takes.join('; ')}`]];
}

function ratioText({ p50, ci, requested }: NonNullable<MeasurementResult['ratio']>, statistic: Statistic): string {
  const of = requested ?? { statistic: 'p50', value: p50, ci };
  const verdict = of.ci[1] < 1 ? 'faster' : of.ci[0] > 1 ? 'slower' : 'no difference shown';
  const by = verdict === 'no difference shown' ? '' : ` by ${formatPercent(Math.abs(1 - of.value))}`;
  const what = statistic === 'p50' ? '' : ` (${of.statistic})`;
  return `${styled('bold', `${significant(of.value)}×`)} the control [${significant(of.ci[0])}, ${significant(of.ci[1])}]${what}: ${verdict}${by}`;
}
