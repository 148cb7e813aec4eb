import type { LatencyEstimate, PairedMeasurement } from '../latency/estimate.js';
import type { LatencyLimit } from '../solver/problem.js';
import type { PlanTarget, Verdict } from './state.js';

/**
 * Whether a measured set keeps its limit. An absolute limit is kept when the upper bound of the p50 is at most the limit; a
 * relative one when the upper bound of the ratio is, and the upper bound of the p50 is at most that share of the control's
 * p50 in the same process.
 */
export function judge({ target, limit }: PlanTarget, measured: PairedMeasurement): Verdict {
  const { subject, control, ratio } = measured;
  if ('limitMs' in limit) {
    return { target, measured, limitMs: limit.limitMs, met: subject.ci[1] <= limit.limitMs };
  }
  const limitMs = limit.ratio * control.p50Ms;
  return { target, measured, limitMs, met: ratio.ci[1] <= limit.ratio && subject.ci[1] <= limitMs };
}

/** Whether a set that missed would have kept its limit, had its estimates been exact. */
export function missedByNoise({ measured, limitMs }: Verdict, { limit }: PlanTarget): boolean {
  return measured.subject.p50Ms <= limitMs && ('limitMs' in limit || measured.ratio.p50 <= limit.ratio);
}

/** Whether the base model keeps the limit as it is. */
export function alreadyMet(limit: LatencyLimit, base: LatencyEstimate): boolean {
  return 'limitMs' in limit ? base.ci[1] <= limit.limitMs : limit.ratio >= 1;
}
