import { median } from './quantile.js';
import { type Sample, valueAt } from './sample.js';

/** The slope is taken over at most this many groups of neighbours: 19,900 pairs, and a group's median hides spikes. */
const MAX_GROUPS = 200;

interface Point {
  readonly at: number;
  readonly value: number;
}

function groupMedians(sample: Sample, atMs: Float64Array): Point[] {
  const groups = Math.min(MAX_GROUPS, sample.n);
  return Array.from({ length: groups }, (_, group) => {
    const from = Math.floor((group * sample.n) / groups);
    const to = Math.floor(((group + 1) * sample.n) / groups);
    return { at: median(atMs.subarray(from, to)), value: median(sample.values.subarray(from, to)) };
  });
}

/**
 * Robust slope of a sample over time, as a share of its median per ms: the median of the slopes between all pairs of
 * points (Theil 1950, Sen 1968). 0 when no two points differ in time.
 * @param atMs when each value was taken, ms from any origin
 */
export function driftPerMs(sample: Sample, atMs: Float64Array): number {
  const points = groupMedians(sample, atMs);
  const slopes: number[] = [];
  for (const [index, from] of points.entries()) {
    for (const to of points.slice(index + 1)) {
      if (to.at > from.at) slopes.push((to.value - from.value) / (to.at - from.at));
    }
  }
  return slopes.length === 0 ? 0 : median(slopes) / median(sample.values);
}

/** Change over the whole sample as a share of the median: {@link driftPerMs} times its duration. */
export function driftOverSample(sample: Sample, atMs: Float64Array): number {
  return driftPerMs(sample, atMs) * (valueAt(atMs, atMs.length - 1) - valueAt(atMs, 0));
}
