import { median } from '../statistics/quantile.js';

/** Consistency factor of the median absolute deviation for a normal distribution. */
const MAD_TO_SD = 1.4826;

/** A level that holds for fewer results is a disturbance, or too new to tell. */
const MIN_LENGTH = 3;

/** A result further from its level than this many standard deviations costs no more than that: it may be an outlier. */
const OUTLIER_SDS = 3;

/**
 * Noise of a series from the differences of neighbours, which a shift of the level enters only once: the median of their
 * absolute values, scaled to the standard deviation of one value (a robust form of von Neumann 1941).
 */
export function noiseOfDifferences(series: readonly number[]): number {
  const steps = series.slice(1).map((value, index) => Math.abs(value - (series[index] ?? value)));
  return steps.length === 0 ? 0 : (MAD_TO_SD * median(steps)) / Math.SQRT2;
}

/** What it costs to say that ascending values lie around their median: squared distances in units of the noise, bounded. */
function costOf(ascending: readonly number[], noise: number): number {
  const middle = (ascending.length - 1) / 2;
  const level = ((ascending[Math.floor(middle)] ?? 0) + (ascending[Math.ceil(middle)] ?? 0)) / 2;
  return ascending.reduce((sum, value) => sum + Math.min(OUTLIER_SDS ** 2, ((value - level) / noise) ** 2), 0);
}

/** Costs of the stretches that begin at an index, by their length less one. */
function costsFrom(series: readonly number[], from: number, noise: number): number[] {
  const ascending: number[] = [];
  return series.slice(from).map((value) => {
    const place = ascending.findIndex((other) => other > value);
    ascending.splice(place < 0 ? ascending.length : place, 0, value);
    return costOf(ascending, noise);
  });
}

/**
 * Cuts a series into stretches of one level each: the partition with the least bounded squared distance to the levels plus a
 * penalty of `penalty · ln n` for each cut (optimal partitioning, Jackson et al. 2005, with the bounded loss of Fearnhead and
 * Rigaill 2019, so that a single outlier makes no level).
 * @returns where each stretch begins, ascending, the first at 0
 */
export function cutIntoLevels(series: readonly number[], noise: number, penalty: number): number[] {
  const n = series.length;
  const perCut = penalty * Math.log(Math.max(2, n));
  const costs = series.map((_, from) => costsFrom(series, from, noise));
  /** best[end]: the least cost of the first `end` values, and where their last stretch begins. */
  const best: { cost: number; from: number }[] = [{ cost: -perCut, from: 0 }];
  for (let end = 1; end <= n; end++) {
    let least = { cost: Number.POSITIVE_INFINITY, from: 0 };
    for (let from = 0; from < end; from++) {
      if (from > 0 && (end - from < MIN_LENGTH || from < MIN_LENGTH)) continue;
      const cost = (best[from]?.cost ?? Number.POSITIVE_INFINITY) + perCut + (costs[from]?.[end - from - 1] ?? 0);
      if (cost < least.cost) least = { cost, from };
    }
    best.push(least);
  }
  const starts: number[] = [];
  for (let end = n; end > 0; end = best[end]?.from ?? 0) starts.unshift(best[end]?.from ?? 0);
  return starts;
}
