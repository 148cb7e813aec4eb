import { median, quantile } from './quantile.js';
import type { Sample } from './sample.js';

/** Tukey's fences lie this many interquartile ranges beyond the quartiles (Tukey 1977). */
const FENCE_RANGES = 1.5;

/** Number of values beyond Tukey's fences. They are counted, never dropped: a tail is part of the distribution. */
export function countOutliers(sample: Sample): number {
  const q1 = quantile(sample.sorted, 0.25);
  const q3 = quantile(sample.sorted, 0.75);
  const reach = FENCE_RANGES * (q3 - q1);
  return sample.values.reduce((count, value) => count + Number(value < q1 - reach || value > q3 + reach), 0);
}

/** Median of the distances to the median. Not scaled: times 1.4826 it estimates σ of a normal distribution. */
export function medianAbsoluteDeviation(sample: Sample): number {
  const middle = quantile(sample.sorted, 0.5);
  return median(sample.values.map((value) => Math.abs(value - middle)));
}
