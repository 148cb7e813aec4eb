import type { Interval } from '@espalier/contracts';
import { commonOf, type MeasuredModel, modelsOf, type Outcome, throughputPerSecond } from '../measuring/outcome.js';
import { fromFastToSlow, standing } from '../measuring/standing.js';

/** A model and its place among those of its outcome. */
type Indexed = MeasuredModel & { readonly index: number };

type Cell = string | number | undefined;

/** The ratio that is told of a model: of a comparison to the fastest, of a subject to its control. */
function ratioOf({ index }: Indexed, outcome: Outcome): { readonly ratio: number; readonly ci: Interval } | undefined {
  if (outcome.kind === 'comparison') {
    const [fastest] = fromFastToSlow(outcome.result);
    return fastest === undefined ? undefined : standing(outcome.result.pairs, index, fastest);
  }
  const { ratio } = outcome.result;
  if (ratio === undefined || index > 0) return undefined;
  return ratio.requested === undefined
    ? { ratio: ratio.p50, ci: ratio.ci }
    : { ratio: ratio.requested.value, ci: ratio.requested.ci };
}

/** A column of the CSV; units are in the names. */
const columns: readonly (readonly [name: string, value: (model: Indexed, outcome: Outcome) => Cell])[] = [
  ['model', ({ name }) => name],
  ['batch', (_, { spec }) => spec.batch],
  ['threads', (_, { spec }) => spec.threads],
  ['provider', (_, { spec }) => spec.provider],
  ['rank', ({ rank }) => rank],
  ['statistic', (_, { spec }) => spec.statistic],
  ['converged', ({ latency }) => String(latency.converged)],
  ['samples', ({ latency }) => latency.n],
  ['runs_per_sample', ({ latency }) => latency.runsPerSample],
  ['processes', ({ latency }) => latency.processes.length],
  ['min_ms', ({ latency }) => latency.minMs],
  ['p50_ms', ({ latency }) => latency.p50Ms],
  ['p50_low_ms', ({ latency }) => latency.p50Ci[0]],
  ['p50_high_ms', ({ latency }) => latency.p50Ci[1]],
  ['p90_ms', ({ latency }) => latency.p90Ms],
  ['p90_low_ms', ({ latency }) => latency.p90Ci[0]],
  ['p90_high_ms', ({ latency }) => latency.p90Ci[1]],
  ['p95_ms', ({ latency }) => latency.p95Ms],
  ['p99_ms', ({ latency }) => latency.p99Ms],
  ['p99_low_ms', ({ latency }) => latency.p99Ci[0]],
  ['p99_high_ms', ({ latency }) => latency.p99Ci[1]],
  ['max_ms', ({ latency }) => latency.maxMs],
  ['mean_ms', ({ latency }) => latency.meanMs],
  ['mean_low_ms', ({ latency }) => latency.meanCi[0]],
  ['mean_high_ms', ({ latency }) => latency.meanCi[1]],
  ['sd_ms', ({ latency }) => latency.sdMs],
  ['ratio', (model, outcome) => ratioOf(model, outcome)?.ratio],
  ['ratio_low', (model, outcome) => ratioOf(model, outcome)?.ci[0]],
  ['ratio_high', (model, outcome) => ratioOf(model, outcome)?.ci[1]],
  ['samples_per_second', ({ latency }, { spec }) => throughputPerSecond(latency, spec)],
  ['load_ms', ({ latency }) => latency.loadMs],
  ['first_run_ms', ({ latency }) => latency.firstRunMs],
  ['peak_rss_bytes', ({ peakRssBytes }) => peakRssBytes],
  ['model_bytes', ({ latency }) => latency.modelBytes],
  ['warnings', (_, outcome) => [...new Set(commonOf(outcome).warnings.map(({ code }) => code))].join(' ')],
];

/** Quotes a cell where RFC 4180 demands it. */
function cellText(cell: Cell): string {
  const text = cell === undefined ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * One row a model and combination, as CSV (RFC 4180) with a heading. `ratio` is to the fastest of a comparison, with the
 * interval that holds together with all others, or of a subject to its control.
 */
export function latencyCsv(outcomes: readonly Outcome[]): string {
  const rows = outcomes.flatMap((outcome) =>
    modelsOf(outcome).map((model, index) => columns.map(([, value]) => cellText(value({ ...model, index }, outcome)))),
  );
  return [columns.map(([name]) => name), ...rows].map((row) => row.join(',')).join('\n');
}
