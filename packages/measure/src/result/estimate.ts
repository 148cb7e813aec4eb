import type {
  DiscardedTake,
  Interval,
  LatencyEstimate,
  MeasurementWarning,
  ProcessVariance,
  RatioEstimate,
  Statistic,
} from '@espalier/contracts';
import { driftPerMs } from '../statistics/drift.js';
import { type Estimate, standardDeviation } from '../statistics/interval.js';
import { pool } from '../statistics/pool.js';
import { median, quantile } from '../statistics/quantile.js';
import { ratioOfStatistics } from '../statistics/ratio.js';
import { Sample } from '../statistics/sample.js';
import { countOutliers, medianAbsoluteDeviation } from '../statistics/spread.js';
import { statisticEstimate, valueOf } from '../statistics/statistic.js';
import type { Take } from '../statistics/take.js';
import { type ProcessTake, runsOf } from './process-take.js';

const MS_PER_MINUTE = 60_000;

function intervalOf({ lower, upper }: Pick<Estimate, 'lower' | 'upper'>): Interval {
  return [lower, upper];
}

/** What is said of an artifact beside its runs. */
export interface EstimateOptions {
  /** The one that the spec asks for. */
  readonly statistic: Statistic;
  readonly converged: boolean;
  readonly modelBytes: number;
}

/**
 * The latency distribution of one artifact over several fresh processes, in ms per run. Quantiles, mean and spread are those
 * of a typical process (`pool`); `samplesMs` are as they were taken,
 * and the extremes those of both, so that they enclose the quantiles.
 * @param takes at least one
 * @param index of the artifact; the subject is 0
 * @throws MeasureError `sample-invalid` with fewer than two rounds in a process
 */
export function latencyEstimate(
  takes: readonly ProcessTake[],
  index: number,
  { statistic, converged, modelBytes }: EstimateOptions,
): LatencyEstimate {
  const runs = takes.map((take) => runsOf(take, index));
  const samples = runs.map(({ samplesMs }) => Sample.of(samplesMs));
  const samplesMs = runs.flatMap((each) => [...each.samplesMs]);
  const raw = Sample.of(samplesMs);
  const { sample } = pool(samples);
  const [p50, p90, p95, p99, mean] = [
    statisticEstimate(samples, 'p50'),
    statisticEstimate(samples, 'p90'),
    statisticEstimate(samples, 'p95'),
    statisticEstimate(samples, 'p99'),
    statisticEstimate(samples, 'mean'),
  ];
  return {
    n: raw.n,
    converged,
    minMs: Math.min(quantile(raw.sorted, 0), quantile(sample.sorted, 0)),
    p5Ms: quantile(sample.sorted, 0.05),
    p25Ms: quantile(sample.sorted, 0.25),
    p50Ms: p50.value,
    p50Ci: intervalOf(p50),
    p75Ms: quantile(sample.sorted, 0.75),
    p90Ms: p90.value,
    p90Ci: intervalOf(p90),
    p95Ms: p95.value,
    p95Ci: intervalOf(p95),
    p99Ms: p99.value,
    p99Ci: intervalOf(p99),
    maxMs: Math.max(quantile(raw.sorted, 1), quantile(sample.sorted, 1)),
    meanMs: mean.value,
    meanCi: intervalOf(mean),
    sdMs: standardDeviation(sample),
    madMs: medianAbsoluteDeviation(sample),
    outliers: countOutliers(sample),
    driftPerMinute: driftPerMs(raw, Float64Array.from(takes.flatMap(({ atMs }) => atMs))) * MS_PER_MINUTE,
    droppedRuns: runs.reduce((sum, { droppedRuns }) => sum + droppedRuns, 0),
    runsPerSample: Math.round(median(runs.map(({ runsPerSample }) => runsPerSample))),
    modelBytes,
    loadMs: median(runs.map(({ loadMs }) => loadMs)),
    firstRunMs: median(runs.map(({ firstRunMs }) => firstRunMs)),
    processes: runs.map(({ loadMs, firstRunMs }, process) => {
      const own = samples[process] ?? raw;
      return { n: own.n, valueMs: valueOf(own, statistic), loadMs, firstRunMs };
    }),
    samplesMs,
  };
}

/** The ratio of the medians of the subject and the artifact at an index, the control by default, over all takes. */
export function ratioEstimate(takes: readonly Take[], statistic: Statistic, control = 1): RatioEstimate {
  const { value, lower, upper } = ratioOfStatistics(takes, 0, control, 'p50');
  const estimate = { p50: value, ci: intervalOf({ lower, upper }) };
  if (statistic === 'p50') return estimate;
  const requested = ratioOfStatistics(takes, 0, control, statistic);
  return { ...estimate, requested: { statistic, value: requested.value, ci: intervalOf(requested) } };
}

/** How much the requested statistic of an artifact differs from one fresh process to the next. */
export function processVariance(takes: readonly Take[], statistic: Statistic, index = 0): ProcessVariance {
  const samples = takes.flatMap(({ series }) => series.slice(index, index + 1));
  return { processes: samples.length, sdShare: statisticEstimate(samples, statistic).betweenSd };
}

/** What is kept of processes that were thrown away because something disturbed the device. */
export function discardedTake(takes: readonly Take[], warnings: readonly MeasurementWarning[]): DiscardedTake {
  const subjects = takes.flatMap(({ series }) => series.slice(0, 1));
  return { p50Ms: valueOf(pool(subjects).sample, 'p50'), warnings: [...warnings] };
}
