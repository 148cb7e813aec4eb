import { inflation } from './autocorrelation.js';
import { binomialRanks, student } from './distributions.js';
import { imbalance, type Pool, pool, segmentsOf } from './pool.js';
import { quantile } from './quantile.js';
import { type Sample, valueAt } from './sample.js';

/** An estimate with its 95 % interval; never a bare number. */
export interface Estimate {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
  /** How many independent values the sample is worth for this estimate. */
  readonly effectiveRuns: number;
  /** False: the sample is too small for one side of the interval, which then ends at the smallest or largest value. */
  readonly bounded: boolean;
}

/** Half the width of the interval as a share of the estimate; infinite when a side is not bounded. */
export function relativeHalfWidth({ value, lower, upper, bounded }: Omit<Estimate, 'effectiveRuns'>): number {
  return bounded ? (upper - lower) / 2 / value : Number.POSITIVE_INFINITY;
}

/** Smallest worth of a sample, as a number of independent values: below it τ itself cannot be told. */
export const MIN_EFFECTIVE_RUNS = 2;

/** What the values of a pool are worth for the mean of a series over them, as a number of independent values. */
export function effectiveRuns(pooled: Pool, ...series: readonly Float64Array[]): number {
  const { n } = pooled.sample;
  const tau = Math.max(...series.map((values) => inflation(segmentsOf(pooled, values))));
  return Math.min(n, Math.max(MIN_EFFECTIVE_RUNS, n / (tau * imbalance(pooled))));
}

/** 1 where the value is at most the limit, else 0. */
export function atMost(sample: Sample, limit: number): Float64Array {
  return sample.values.map((value) => (value <= limit ? 1 : 0));
}

/**
 * A quantile (type 7) of a pool with a distribution-free interval that is honest under autocorrelation within its
 * processes; what differs between them is not in it.
 *
 * The interval of Thompson (1936) takes order statistics whose ranks come from Binomial(n, p). In a series of latencies
 * neighbours are alike, so n values are worth only n_eff = n/τ independent ones: τ is estimated on the indicator series
 * 1{x_t ≤ q_p}, whose mean is what the ranks are about (Woodruff 1952; for dependent series Heidelberger and Lewis 1984).
 * In the tail the indicator is rare and its correlation hard to see, so the τ of the median's indicator counts as well,
 * whichever is larger. The ranks of Binomial(n_eff, p) are then stretched to n values, outwards.
 * @param p in (0, 1)
 */
export function pooledQuantile(pooled: Pool, p: number): Estimate {
  const { sample } = pooled;
  const value = quantile(sample.sorted, p);
  const middle = quantile(sample.sorted, 0.5);
  const indicators = [atMost(sample, value), ...(p === 0.5 ? [] : [atMost(sample, middle)])];
  const effective = effectiveRuns(pooled, ...indicators);
  const draws = Math.max(MIN_EFFECTIVE_RUNS, Math.floor(effective));
  const { lower, upper } = binomialRanks(draws, p);
  const stretch = sample.n / draws;
  const lowerRank = lower === undefined ? 1 : Math.max(1, Math.floor(lower * stretch));
  const upperRank = upper === undefined ? sample.n : Math.min(sample.n, Math.ceil(upper * stretch));
  return {
    value,
    lower: Math.min(value, valueAt(sample.sorted, lowerRank - 1)),
    upper: Math.max(value, valueAt(sample.sorted, upperRank - 1)),
    effectiveRuns: effective,
    bounded: lower !== undefined && upper !== undefined,
  };
}

/**
 * The mean ± t₀.₉₇₅(n_eff − 1)·s/√n_eff with n_eff = n/τ, τ estimated on the values themselves. What differs between the
 * processes of the pool is not in it.
 */
export function pooledMean(pooled: Pool): Estimate {
  const { sample } = pooled;
  const value = meanOf(sample);
  const effective = effectiveRuns(pooled, sample.values);
  const halfWidth = (student(effective - 1) * standardDeviation(sample)) / Math.sqrt(effective);
  return { value, lower: value - halfWidth, upper: value + halfWidth, effectiveRuns: effective, bounded: true };
}

/** {@link pooledQuantile} of a single sample. */
export function quantileEstimate(sample: Sample, p: number): Estimate {
  return pooledQuantile(pool([sample]), p);
}

/** {@link pooledMean} of a single sample. */
export function meanEstimate(sample: Sample): Estimate {
  return pooledMean(pool([sample]));
}

/** Arithmetic mean. */
export function meanOf({ values, n }: Sample): number {
  return values.reduce((sum, x) => sum + x, 0) / n;
}

/** Sample standard deviation (divisor n − 1). */
export function standardDeviation(sample: Sample): number {
  const mean = meanOf(sample);
  return Math.sqrt(sample.values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (sample.n - 1));
}
