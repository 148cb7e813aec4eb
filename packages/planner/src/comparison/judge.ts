import type { LatencyEstimate, PairedMeasurement } from '../latency/estimate.js';
import type { LatencyLimit } from '../solver/problem.js';

/**
 * The latency that a candidate is judged and drawn by. Against an absolute limit that is its own. Against a relative one
 * it is the ratio to the whole model in the same process, at the one p50 that the whole model has in this comparison: what a
 * machine drifts between two measurements then moves no point of a curve.
 */
export function judgedLatency(
  limit: LatencyLimit,
  base: LatencyEstimate,
  { subject, ratio }: Omit<PairedMeasurement, 'removed'>,
): LatencyEstimate {
  if ('limitMs' in limit) return subject;
  return {
    p50Ms: ratio.p50 * base.p50Ms,
    ci: [ratio.ci[0] * base.p50Ms, ratio.ci[1] * base.p50Ms],
    n: subject.n,
  };
}

/** The limit in ms. */
export const limitMsOf = (limit: LatencyLimit, base: LatencyEstimate): number =>
  'limitMs' in limit ? limit.limitMs : limit.ratio * base.p50Ms;
