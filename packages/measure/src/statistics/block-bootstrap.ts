import { type Random, randomBelow } from './random.js';
import { type Sample, valueAt } from './sample.js';

/** Median (type 7) of a resample that holds `counts[k]` copies of `sorted[k]`, `n` in all. */
function medianOfCounts(counts: Int32Array, sorted: Float64Array, n: number): number {
  const below = Math.floor((n - 1) / 2);
  let index = 0;
  let seen = valueAt(counts, 0);
  while (seen <= below) seen += valueAt(counts, ++index);
  const low = valueAt(sorted, index);
  if (n % 2 === 1) return low;
  while (seen <= below + 1) seen += valueAt(counts, ++index);
  return (low + valueAt(sorted, index)) / 2;
}

/** How to resample. */
interface Resampling {
  /** Consecutive rounds that are drawn together, at least 1. */
  readonly blockLength: number;
  readonly resamples: number;
  readonly random: Random;
}

/**
 * Ratios of the medians of two paired samples over circular block resamples of their rounds, ascending. A resample is kept
 * as the number of copies of each rank, so that its median costs one pass and no sorting.
 */
export function resampledRatios(
  subject: Sample,
  control: Sample,
  { blockLength, resamples, random }: Resampling,
): Float64Array {
  const n = subject.n;
  const subjectCounts = new Int32Array(n);
  const controlCounts = new Int32Array(n);
  const drawBlock = (length: number): void => {
    const start = randomBelow(random, n);
    for (let step = 0; step < length; step++) {
      const round = (start + step) % n;
      const subjectRank = valueAt(subject.ranks, round);
      const controlRank = valueAt(control.ranks, round);
      subjectCounts[subjectRank] = valueAt(subjectCounts, subjectRank) + 1;
      controlCounts[controlRank] = valueAt(controlCounts, controlRank) + 1;
    }
  };
  const resample = (): number => {
    subjectCounts.fill(0);
    controlCounts.fill(0);
    for (let left = n; left > 0; left -= blockLength) drawBlock(Math.min(left, blockLength));
    return medianOfCounts(subjectCounts, subject.sorted, n) / medianOfCounts(controlCounts, control.sorted, n);
  };
  return Float64Array.from({ length: resamples }, resample).sort();
}
