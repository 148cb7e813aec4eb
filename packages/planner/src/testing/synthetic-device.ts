import type { MeasurementOutcome, MeasurementWish } from '../plan/state.js';
import { normalFrom, seededRandom } from './random.js';

/** A device that is known exactly: what a plan finds on it can be compared with the truth. */
export interface SyntheticDevice {
  /** The true latency without the blocks. */
  latencyMs(removed: readonly number[]): number;
  /** What a measurement of it finds, with noise. */
  measure(wish: MeasurementWish): MeasurementOutcome;
}

export interface SyntheticDeviceOptions {
  readonly seed: number;
  /** Relative standard deviation of a measured p50. */
  readonly noise?: number;
  /** Every pair of blocks that are both removed saves this share of the base less than the two by themselves. */
  readonly interaction?: number;
  /** A block whose removal, or `base` for a model whose measurement, crashes the probe. */
  readonly broken?: number | 'base';
}

const BASE_MS = 100;
/** What the blocks save by themselves, as shares of the base: 8 % to 12 %. */
const savingOf = (index: number): number => 0.08 + 0.01 * (index % 5);

/** Makes a device. */
export function syntheticDevice({
  seed,
  noise = 0.003,
  interaction = 0,
  broken,
}: SyntheticDeviceOptions): SyntheticDevice {
  const normal = normalFrom(seededRandom(seed));
  const latencyMs = (removed: readonly number[]): number => {
    const pairs = (removed.length * (removed.length - 1)) / 2;
    return BASE_MS * (1 - removed.reduce((sum, index) => sum + savingOf(index), 0) + pairs * interaction);
  };
  const estimate = (trueMs: number, sharper: number): { p50Ms: number; ci: [number, number]; n: number } => {
    const sd = (noise * trueMs) / sharper;
    const p50Ms = trueMs + sd * normal();
    return { p50Ms, ci: [p50Ms - 1.96 * sd, p50Ms + 1.96 * sd], n: 100 };
  };
  return {
    latencyMs,
    measure: ({ purpose, removed, sharper }) => {
      if (broken === 'base' || (broken !== undefined && removed.includes(broken))) {
        return { kind: 'failed', failure: { code: 'probe-crashed', message: 'the probe crashed' } };
      }
      const subject = estimate(latencyMs(removed), sharper);
      if (purpose === 'base') return { kind: 'base', base: subject };
      const control = estimate(BASE_MS, sharper);
      const p50 = subject.p50Ms / control.p50Ms;
      const half = (1.96 * Math.SQRT2 * noise * p50) / sharper;
      return { kind: 'paired', measurement: { subject, control, ratio: { p50, ci: [p50 - half, p50 + half] } } };
    },
  };
}
