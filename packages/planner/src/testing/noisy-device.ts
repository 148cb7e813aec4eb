import type { LatencyEstimate, PairedMeasurement } from '../latency/estimate.js';
import type { LatencyData } from '../latency/latency-table.js';
import { normalFrom, randomSubset, seededRandom } from './random.js';

/** A device with known savings, whose sessions stray and drift, to compare a fit with the truth. */
export interface NoisyDevice {
  readonly blocks: readonly number[];
  /** True savings, as shares of the base. */
  readonly shares: readonly number[];
  ratioOf(removed: readonly number[]): number;
  base(): LatencyEstimate;
  measure(removed: readonly number[]): PairedMeasurement;
  randomSet(count: number): readonly number[];
  /** Base, one ablation a block, and some random sets. */
  table(sets?: number): LatencyData;
}

export interface NoisyDeviceOptions {
  readonly seed: number;
  readonly blocks: number;
  /** Relative half-width of the 95 % intervals, which are honest. */
  readonly precision?: number;
  /** What one session strays from the next, subject and control alike. */
  readonly sessionSd?: number;
  /** Standard deviation of what each block of a set adds to or takes from its own saving, as a share of it. */
  readonly interaction?: number;
  readonly baseMs?: number;
}

/** Makes a device whose blocks together save 60 % of its latency, each a different share. */
export function noisyDevice(options: NoisyDeviceOptions): NoisyDevice {
  const { seed, precision = 0.01, sessionSd = 0.02, interaction = 0, baseMs = 50 } = options;
  const random = seededRandom(seed);
  const normal = normalFrom(random);
  const weights = Array.from({ length: options.blocks }, () => 0.3 + random());
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = weights.map((weight) => (0.6 * weight) / total);
  const blocks = shares.map((_, index) => index);
  const deviations = new Map<string, number>();
  const deviationOf = (removed: readonly number[]): number => {
    if (removed.length < 2) return 0;
    const key = removed.join(',');
    const sd = interaction * Math.hypot(...removed.map((index) => shares[index] ?? 0));
    const deviation = deviations.get(key) ?? sd * normal();
    deviations.set(key, deviation);
    return deviation;
  };
  const ratioOf = (removed: readonly number[]): number =>
    removed.reduce((ratio, index) => ratio - (shares[index] ?? 0), 1) + deviationOf(removed);
  const noisy = (value: number): { p50: number; ci: readonly [number, number] } => {
    const p50 = value * (1 + (precision / 1.96) * normal());
    return { p50, ci: [p50 * (1 - precision), p50 * (1 + precision)] };
  };
  const estimate = (ms: number): LatencyEstimate => {
    const { p50, ci } = noisy(ms);
    return { p50Ms: p50, ci, n: 300 };
  };
  const measure = (removed: readonly number[]): PairedMeasurement => {
    const sessionMs = baseMs * (1 + sessionSd * normal());
    const ratio = ratioOf(removed);
    return { removed, subject: estimate(ratio * sessionMs), control: estimate(sessionMs), ratio: noisy(ratio) };
  };
  const randomSet = (count: number): readonly number[] => randomSubset(random, blocks.length, count);
  return {
    blocks,
    shares,
    ratioOf,
    measure,
    randomSet,
    base: () => estimate(baseMs * (1 + sessionSd * normal())),
    table: (sets = 0) => ({
      blocks,
      base: [estimate(baseMs)],
      ablations: blocks.map((index) => measure([index])),
      verifications: Array.from({ length: sets }, () => measure(randomSet(Math.ceil(blocks.length / 2)))),
    }),
  };
}
