import type { LatencyEstimate } from '../latency/estimate.js';
import { judgedLatency } from './judge.js';
import type { Judged } from './search.js';
import type { ComparisonMethod, ComparisonState } from './state.js';

/** Everything measured of one method with the latency that it is judged by, the whole model first, by position. */
export function judgedCurve(
  { setup: { limit }, curves }: ComparisonState,
  method: ComparisonMethod,
  base: LatencyEstimate,
): readonly Judged[] {
  // Against a ratio of itself the whole model is certain, however wide its own interval.
  const whole: Judged = { position: 0, latency: 'ratio' in limit ? { ...base, ci: [base.p50Ms, base.p50Ms] } : base };
  const points = curves[method].map(({ position, measured }) => ({
    position,
    latency: measured === null ? null : judgedLatency(limit, base, measured),
  }));
  return [whole, ...points.toSorted((a, b) => a.position - b.position)];
}
