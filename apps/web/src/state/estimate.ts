import type { Interval, LatencyEstimate, MeasurementResult, Statistic } from '@espalier/contracts';

/** A number with its 95 % interval, in the unit of both. */
export interface Estimated {
  readonly value: number;
  readonly ci: Interval;
}

/** One statistic of a distribution, in ms. */
export function statisticOf(latency: LatencyEstimate, statistic: Statistic): Estimated {
  switch (statistic) {
    case 'p50':
      return { value: latency.p50Ms, ci: latency.p50Ci };
    case 'p90':
      return { value: latency.p90Ms, ci: latency.p90Ci };
    case 'p95':
      return { value: latency.p95Ms, ci: latency.p95Ci };
    case 'p99':
      return { value: latency.p99Ms, ci: latency.p99Ci };
    case 'mean':
      return { value: latency.meanMs, ci: latency.meanCi };
    default:
      return statistic satisfies never;
  }
}

/** Subject over control in a statistic, from rounds that ran both; null: there was no control, or it is not known. */
export function controlRatio({ ratio }: Pick<MeasurementResult, 'ratio'>, statistic: Statistic): Estimated | null {
  if (ratio === undefined) return null;
  if (statistic === 'p50') return { value: ratio.p50, ci: ratio.ci };
  return ratio.requested?.statistic === statistic ? { value: ratio.requested.value, ci: ratio.requested.ci } : null;
}

/**
 * The ratio of two independent estimates, `a` over `b`, both above 0. Its interval comes from the two intervals, on the
 * logarithms: each end is as far from the ratio as the root of the sum of the squares of the distances that can push it
 * there (MOVER: Zou & Donner, "Construction of confidence limits about effect measures", 2008).
 * An interval that reaches 0 leaves the ratio open to that side.
 */
export function ratioOfIndependent(a: Estimated, b: Estimated): Estimated {
  const value = a.value / b.value;
  const below = Math.hypot(Math.log(a.value / a.ci[0]), Math.log(b.ci[1] / b.value));
  const above = Math.hypot(Math.log(a.ci[1] / a.value), Math.log(b.value / b.ci[0]));
  return {
    value,
    ci: [a.ci[0] > 0 ? value * Math.exp(-below) : 0, b.ci[0] > 0 ? value * Math.exp(above) : Number.POSITIVE_INFINITY],
  };
}
