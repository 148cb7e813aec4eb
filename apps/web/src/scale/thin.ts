import type { Domain } from './linear.js';
import { quantileOf, sortedCopy } from './quantile.js';

/** What the values of one upright stretch of a plot come to. */
export interface Column {
  /** Middle of the stretch, in the unit of the times. */
  readonly at: number;
  readonly count: number;
  readonly low: number;
  readonly high: number;
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
}

/**
 * Sums up values over time in at most `count` columns, so that a plot costs the same for a hundred samples and for a
 * million, and no extreme value is lost. Columns without values are left out.
 * @param times as long as `values`; where it is shorter, the rest is left out
 */
export function columnsOf(
  times: readonly number[],
  values: readonly number[],
  [from, to]: Domain,
  count: number,
): readonly Column[] {
  const width = (to - from) / count;
  const inColumns = Array.from({ length: count }, (): number[] => []);
  for (const [index, value] of values.entries()) {
    const time = times[index];
    if (time === undefined || time < from || time > to) continue;
    inColumns[Math.min(count - 1, Math.floor((time - from) / width))]?.push(value);
  }
  return inColumns.flatMap((unsorted, index) => {
    if (unsorted.length === 0) return [];
    const sorted = sortedCopy(unsorted);
    const [low, p25, p50, p75, high] = [0, 0.25, 0.5, 0.75, 1].map((share) => quantileOf(sorted, share));
    if (low === undefined || p25 === undefined || p50 === undefined || p75 === undefined || high === undefined)
      return [];
    return [{ at: from + (index + 0.5) * width, count: sorted.length, low, p25, p50, p75, high }];
  });
}
