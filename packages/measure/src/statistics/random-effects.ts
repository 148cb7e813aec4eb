import { ALPHA, normalCdf } from './distributions.js';
import { valueAt } from './sample.js';

/** Points of the prior over which the posterior is summed, at its quantiles (j + ½)/n. */
const PRIOR_POINTS = 64;

/** Quantiles of the half-Cauchy distribution with median 1. */
const HALF_CAUCHY = Float64Array.from({ length: PRIOR_POINTS }, (_, point) =>
  Math.tan((Math.PI / 2) * ((point + 0.5) / PRIOR_POINTS)),
);

/** Halvings of the bracket of a half-width: 2⁻³⁰ of it is left. */
const HALVINGS = 30;

/** The half-width of a 95 % interval, and of one corrected for some thousand pairs, is below this many standard deviations. */
const BRACKET_SDS = 6;

/** Points with less weight change no digit that is reported, and cost as much time as the others. */
const NEGLIGIBLE = 1e-9;

/** What is seen of a few units (fresh processes, measurements) that differ by more than the noise within them. */
export interface Seen {
  /** Degrees of freedom of `observed`: units less one, for each level that they lie around. */
  readonly degrees: number;
  /** Sample variance of the units; it contains `within`. */
  readonly observed: number;
  /** Variance that the noise within a unit explains. */
  readonly within: number;
}

/** Belief about the standard deviation τ between units: points and their weights, which sum to 1. */
export interface Belief {
  readonly sds: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Posterior of the standard deviation τ between units that are N(θ, τ² + w), θ flat: proportional to
 * p(τ) · (τ² + w)^{−ν/2} · exp(−ν·s²/(2(τ² + w))), with ν degrees of freedom. The prior p is a half-Cauchy distribution
 * (Gelman 2006; Polson and Scott 2012), which the data overrule where they are many or loud. A prior instead of a test of
 * homogeneity, as a few units say little about a variance and testing before pooling spoils the coverage (Friede et al. 2017;
 * Röver 2020).
 * @param priorMedian what is believed of τ before anything is seen
 */
export function beliefOf({ degrees, observed, within }: Seen, priorMedian: number): Belief {
  const sds = HALF_CAUCHY.map((quantile) => quantile * priorMedian);
  const logs = sds.map((sd) => {
    const variance = sd ** 2 + within;
    return (-degrees / 2) * (Math.log(variance) + observed / variance);
  });
  const peak = Math.max(...logs);
  const sum = logs.reduce((all, log) => all + Math.exp(log - peak), 0);
  return { sds, weights: logs.map((log) => Math.exp(log - peak) / sum) };
}

/**
 * The half-width h with P(|error| > h) = alpha, where the error is normal with a variance that depends on τ.
 * @param varianceOf of the error, given τ
 */
export function halfWidthUnder({ sds, weights }: Belief, varianceOf: (sd: number) => number, alpha = ALPHA): number {
  const errors = sds.map((sd) => Math.sqrt(varianceOf(sd)));
  const outside = (halfWidth: number): number => {
    let share = 0;
    for (let point = 0; point < errors.length; point++) {
      const weight = valueAt(weights, point);
      if (weight > NEGLIGIBLE) share += weight * 2 * normalCdf(-halfWidth / valueAt(errors, point));
    }
    return share;
  };
  let low = 0;
  let high = BRACKET_SDS * Math.max(...errors);
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (low + high) / 2;
    if (outside(middle) > alpha) low = middle;
    else high = middle;
  }
  return high;
}
