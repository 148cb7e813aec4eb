import { commonOf, estimateOf, modelsOf, type Outcome, throughputPerSecond } from '../measuring/outcome.js';
import { environmentText, factLines, inputsText, warningLines } from './environment-text.js';
import { formatEstimate, formatMs, significant } from './format.js';
import { type Column, renderTable } from './table.js';
import { styled } from './terminal.js';

/** A table of all combinations of batch and threads. */
export function sweepText(outcomes: readonly Outcome[]): string {
  const statistic = outcomes[0]?.spec.statistic ?? 'p50';
  const columns: readonly Column[] = [
    { heading: 'batch', align: 'right' },
    { heading: 'threads', align: 'right' },
    { heading: 'model' },
    { heading: `${statistic} [95 % interval]` },
    { heading: 'p99', align: 'right' },
    { heading: 'a sample', align: 'right' },
    { heading: 'samples/s', align: 'right' },
    { heading: 'runs', align: 'right' },
    { heading: '' },
  ];
  const rows = outcomes.flatMap((outcome) =>
    modelsOf(outcome).map(({ name, latency }) => {
      const { batch, threads } = outcome.spec;
      const { valueMs, ci } = estimateOf(latency, statistic);
      return [
        String(batch),
        threads === 0 ? 'default' : String(threads),
        name,
        formatEstimate(valueMs, ci),
        formatMs(latency.p99Ms),
        formatMs(valueMs / batch),
        significant(throughputPerSecond(latency, outcome.spec)),
        String(latency.n * latency.runsPerSample),
        latency.converged ? '' : styled('yellow', 'not converged'),
      ];
    }),
  );
  const last = outcomes.at(-1);
  return [
    renderTable(columns, rows),
    styled('dim', 'samples/s: batch over mean latency, runs back to back'),
    '',
    ...(last === undefined
      ? []
      : factLines([
          ['inputs', `${inputsText(commonOf(last).inputs)} (last combination)`],
          ['device', environmentText(commonOf(last).environment)],
        ])),
    ...outcomes.flatMap((outcome) =>
      warningLines(commonOf(outcome).warnings).map(
        (line) => `batch ${outcome.spec.batch}, threads ${outcome.spec.threads}: ${line}`,
      ),
    ),
  ].join('\n');
}
