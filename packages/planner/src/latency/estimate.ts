import { PlannerError } from '../errors.js';

/** 95 % confidence interval: lower and upper bound. */
export type Interval = readonly [number, number];

/** Two-sided 95 % quantile of the standard normal distribution: an interval is ± this many standard deviations. */
export const Z95 = 1.959963984540054;

/** A measured latency in ms from `n` runs. */
export interface LatencyEstimate {
  readonly p50Ms: number;
  readonly ci: Interval;
  readonly n: number;
}

/** Subject over control, from rounds that ran both in one process. */
export interface RatioEstimate {
  readonly p50: number;
  readonly ci: Interval;
}

/** A model without the blocks `removed`, measured interleaved with the base model. */
export interface PairedMeasurement {
  readonly removed: readonly number[];
  readonly subject: LatencyEstimate;
  readonly control: LatencyEstimate;
  readonly ratio: RatioEstimate;
}

/**
 * No interval is taken to be narrower than this share of its estimate: a coarse timer can make every sample equal,
 * and a zero variance would give one measurement all the weight.
 */
const SMALLEST_RELATIVE_SD = 1e-4;

/**
 * Standard deviation behind a 95 % interval, in the unit of the estimate.
 * @throws PlannerError `estimate-invalid` when a number is not finite, not positive or the interval is upside down
 */
export function standardDeviation(point: number, [lower, upper]: Interval): number {
  if (![point, lower, upper].every(Number.isFinite) || point <= 0 || lower > upper) {
    throw new PlannerError('estimate-invalid', `An estimate of ${point} with the interval ${lower} to ${upper}`, {
      hint: 'Estimates are positive, finite and lie in an interval [lower, upper]',
    });
  }
  return Math.max((upper - lower) / (2 * Z95), SMALLEST_RELATIVE_SD * point);
}

/** The 95 % interval around a mean. */
export function intervalAround(mean: number, sd: number): Interval {
  return [mean - Z95 * sd, mean + Z95 * sd];
}
