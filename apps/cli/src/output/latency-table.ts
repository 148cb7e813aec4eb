import type { Statistic } from '@espalier/contracts';
import { estimateOf, type MeasuredModel } from '../measuring/outcome.js';
import { formatBytes, formatEstimate, formatMs } from './format.js';
import type { Column } from './table.js';

/** A column of a table of models, and what it says of each. */
export interface ModelColumn extends Column {
  readonly cell: (model: MeasuredModel) => string;
}

/**
 * The columns that describe the latency of a model: the statistic that was made precise with its interval, other
 * quantiles, and beside them, never mixed in, what its start costs and its size.
 */
export function latencyColumns(statistic: Statistic): readonly ModelColumn[] {
  const others: readonly ModelColumn[] = [
    { heading: 'p50', align: 'right', cell: ({ latency }) => formatMs(latency.p50Ms) },
    { heading: 'p90', align: 'right', cell: ({ latency }) => formatMs(latency.p90Ms) },
    { heading: 'p99', align: 'right', cell: ({ latency }) => formatMs(latency.p99Ms) },
  ];
  return [
    { heading: 'model', cell: ({ name }) => name },
    {
      heading: `${statistic} [95 % interval]`,
      cell: ({ latency }) => {
        const { valueMs, ci } = estimateOf(latency, statistic);
        return formatEstimate(valueMs, ci);
      },
    },
    ...others.filter(({ heading }) => heading !== statistic),
    { heading: 'runs', align: 'right', cell: ({ latency }) => String(latency.n * latency.runsPerSample) },
    { heading: 'load', align: 'right', cell: ({ latency }) => formatMs(latency.loadMs) },
    { heading: 'first run', align: 'right', cell: ({ latency }) => formatMs(latency.firstRunMs) },
    { heading: 'size', align: 'right', cell: ({ latency }) => formatBytes(latency.modelBytes) },
  ];
}
