import type { LatencyEstimate, PairedMeasurement } from '../latency/estimate.js';
import type { LatencyLimit } from '../solver/problem.js';
import type { PlanTarget, Verdict } from './state.js';

/**
 * Whether a measured set keeps its limit: the upper bound of its p50 is at most the limit. Against an absolute limit that is
 * the bound of the p50 by itself. A relative limit is that share of the control's p50 in the same process, and the p50 has the
 * interval of the ratio, at the control's p50: what shook both alike says nothing about how they compare.
 */
export function judge({ target, limit }: PlanTarget, measurement: PairedMeasurement): Verdict {
  const { subject, control, ratio } = measurement;
  const relative = 'ratio' in limit;
  const limitMs = relative ? limit.ratio * control.p50Ms : limit.limitMs;
  const measured: LatencyEstimate = relative
    ? { p50Ms: subject.p50Ms, ci: [ratio.ci[0] * control.p50Ms, ratio.ci[1] * control.p50Ms], n: subject.n }
    : subject;
  return { target, measurement, measured, limitMs, met: measured.ci[1] <= limitMs };
}

/** Whether a set that missed would have kept its limit, had its estimate been exact. */
export const missedByNoise = ({ measured, limitMs }: Verdict): boolean => measured.p50Ms <= limitMs;

/** Whether the base model keeps the limit as it is. */
export function alreadyMet(limit: LatencyLimit, base: LatencyEstimate): boolean {
  return 'limitMs' in limit ? base.ci[1] <= limit.limitMs : limit.ratio >= 1;
}
