import type { Statistic } from '@espalier/contracts';
import { normalDensity, normalQuantile, Z_975 } from './distributions.js';
import { atMost, meanOf } from './interval.js';
import type { Pool } from './pool.js';
import { quantile } from './quantile.js';
import type { Sample } from './sample.js';
import { shareOfStatistic, valueOf } from './statistic.js';

/**
 * What each value of a pool adds to the logarithm of its statistic, to first order: the error of the logarithm is close to
 * the mean of this series. `up` holds where the statistic is taken too low (the side above it), `down` where too high; they
 * differ in a tail, which is steeper to its inner side.
 */
export interface Influence {
  readonly up: Float64Array;
  readonly down: Float64Array;
}

/**
 * Half-width, as a share of the ranks, over which the slope of the quantile function is taken: the one of Hall and Sheather
 * (1988), which is best for the coverage of a studentised quantile: n^{−⅓}·z^{⅔}·(1.5·φ(z_p)²/(2z_p² + 1))^⅓.
 */
function bandwidth(n: number, p: number): number {
  const at = normalQuantile(p);
  return Math.cbrt((Z_975 ** 2 * 1.5 * normalDensity(at) ** 2) / (2 * at ** 2 + 1) / n);
}

/** Relative slopes of the quantile function to both sides of a quantile: how fast it rises per share of the ranks. */
function slopes({ sorted, n }: Sample, p: number): { up: number; down: number } {
  const width = bandwidth(n, p);
  const value = quantile(sorted, p);
  const above = Math.min(1, p + width);
  const below = Math.max(0, p - width);
  const up = (quantile(sorted, above) - value) / value / (above - p);
  const down = (value - quantile(sorted, below)) / value / (p - below);
  const middle = (up + down) / 2;
  return p === 0.5 ? { up: middle, down: middle } : { up, down };
}

/**
 * The influence of the values on a statistic: of a quantile, (p − 1{x ≤ q_p})/(f(q_p)·q_p), which is Bahadur's (1966)
 * representation, with 1/f the slope of the quantile function; of the mean, (x − x̄)/x̄.
 */
export function influenceOn(statistic: Statistic, { sample }: Pool): Influence {
  const p = shareOfStatistic(statistic);
  if (p === undefined) {
    const mean = meanOf(sample);
    const series = sample.values.map((value) => (value - mean) / mean);
    return { up: series, down: series };
  }
  const below = atMost(sample, valueOf(sample, statistic));
  const { up, down } = slopes(sample, p);
  return { up: below.map((is) => (p - is) * up), down: below.map((is) => (p - is) * down) };
}
