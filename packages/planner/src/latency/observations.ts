import { blockSet, blockSetKey } from './block-set.js';
import { standardDeviation, type PairedMeasurement } from './estimate.js';

/** What removing one set saves, as a share of the base's latency, pooled over every measurement of that set. */
export interface Observation {
  readonly removed: readonly number[];
  /** 1 − ratio. */
  readonly share: number;
  /** Variance of `share` from sampling and from the session, not from the additive model. */
  readonly noiseVariance: number;
  readonly measurements: number;
}

/**
 * Pools the measurements of each set by inverse variance. A set's own deviation from the additive model is the same in
 * all of its measurements, so it must be pooled before that deviation is added once. `sessionSd` is what a paired ratio
 * strays from one process to the next beyond its interval.
 * @throws PlannerError `estimate-invalid`
 */
export function poolObservations(paired: readonly PairedMeasurement[], sessionSd: number): readonly Observation[] {
  const sets = new Map<string, PairedMeasurement[]>();
  for (const measurement of paired) {
    const key = blockSetKey(measurement.removed);
    sets.set(key, [...(sets.get(key) ?? []), measurement]);
  }
  return [...sets.values()].map((measurements) => poolSet(measurements, sessionSd));
}

function poolSet(measurements: readonly PairedMeasurement[], sessionSd: number): Observation {
  let weights = 0;
  let weighted = 0;
  for (const { ratio } of measurements) {
    const weight = 1 / (standardDeviation(ratio.p50, ratio.ci) ** 2 + sessionSd ** 2);
    weights += weight;
    weighted += weight * (1 - ratio.p50);
  }
  return {
    removed: blockSet(measurements.flatMap(({ removed }) => removed)),
    share: weighted / weights,
    noiseVariance: 1 / weights,
    measurements: measurements.length,
  };
}
