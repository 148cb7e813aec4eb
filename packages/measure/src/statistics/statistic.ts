import type { Statistic } from '@espalier/contracts';
import { Z_975 } from './distributions.js';
import { type Estimate, meanOf, pooledMean, pooledQuantile } from './interval.js';
import { type Pool, pool } from './pool.js';
import { betweenSd, type Levels, levelsOf, widened } from './process-levels.js';
import { quantile } from './quantile.js';
import type { Sample } from './sample.js';
import { forLooks } from './looks.js';

const SHARES: Readonly<Record<Exclude<Statistic, 'mean'>, number>> = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 };

/** Which quantile a statistic is; `undefined`: it is the mean. */
export function shareOfStatistic(statistic: Statistic): number | undefined {
  return statistic === 'mean' ? undefined : SHARES[statistic];
}

/** The statistic of a sample, without an interval. */
export function valueOf(sample: Sample, statistic: Statistic): number {
  const p = shareOfStatistic(statistic);
  return p === undefined ? meanOf(sample) : quantile(sample.sorted, p);
}

/** A statistic over several fresh processes, with what it differs by between them. */
export interface StatisticEstimate extends Estimate {
  /** Standard deviation between processes as a share of the statistic, by moments; 0: none shown. */
  readonly betweenSd: number;
}

/** Variance of a logarithm whose 95 % interval is [lower, upper]. */
function logVariance({ lower, upper, value }: Estimate): number {
  return ((upper - lower) / value / 2 / Z_975) ** 2;
}

function withinEstimate(pooled: Pool, statistic: Statistic): Estimate {
  const p = shareOfStatistic(statistic);
  return p === undefined ? pooledMean(pooled) : pooledQuantile(pooled, p);
}

/** An estimate that knows the noise within processes, and the levels that widen it. */
export interface LeveledEstimate {
  readonly within: Estimate;
  readonly levels: Levels;
}

/** The statistic of a pool, before anything widens its interval. */
export function leveledEstimate(pooled: Pool, statistic: Statistic): LeveledEstimate {
  const within = withinEstimate(pooled, statistic);
  const values = pooled.processes.map((sample) => valueOf(sample, statistic));
  return { within, levels: levelsOf(values, logVariance(within)) };
}

/**
 * The statistic over the samples of several fresh processes, with an interval from both levels, corrected for having been
 * looked at again and again ({@link forLooks}). The statistic is that of the pooled distribution of a typical process.
 * @param samples one a process, at least one
 */
export function statisticEstimate(samples: readonly Sample[], statistic: Statistic): StatisticEstimate {
  const { within, levels } = leveledEstimate(pool(samples), statistic);
  return { ...forLooks(widened(within, levels), within.effectiveRuns), betweenSd: betweenSd(levels) };
}
