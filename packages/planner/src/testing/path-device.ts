import type { ComparisonMethod, ComparisonSetup, ComparisonWish } from '../comparison/state.js';
import type { LatencyEstimate } from '../latency/estimate.js';
import type { MeasurementOutcome } from '../plan/state.js';
import { normalFrom, seededRandom } from './random.js';

/** A device that knows the true latency of every position of both paths of a comparison. */
export interface PathDevice {
  /** In ms; position 0 is the whole model. */
  readonly truth: Readonly<Record<ComparisonMethod, readonly number[]>>;
  measure(wish: ComparisonWish): MeasurementOutcome;
}

export interface PathDeviceOptions {
  readonly seed: number;
  readonly steps: Readonly<Record<ComparisonMethod, number>>;
  /** Relative half-width of the 95 % intervals, which are honest; 0: the device tells the truth. */
  readonly precision?: number;
  /** What one session strays from the next, subject and control alike. */
  readonly sessionSd?: number;
  /** Share of the base that each path's floor still takes. */
  readonly floors?: Readonly<Record<ComparisonMethod, number>>;
  /** Keys of wishes whose measurement crashes. */
  readonly broken?: readonly string[];
}

const BASE_MS = 100;
/** So that an interval always has some width. */
const NARROWEST = 1e-9;

/** Makes a device whose latency falls along each path, in steps of random size. */
export function pathDevice(options: PathDeviceOptions): PathDevice {
  const { seed, steps, precision = 0, sessionSd = 0, broken = [] } = options;
  const floors = options.floors ?? { layers: 0.3, filters: 0.2 };
  const random = seededRandom(seed);
  const normal = normalFrom(random);
  const pathOf = (count: number, floor: number): readonly number[] => {
    const falls = Array.from({ length: count }, () => 0.2 + random());
    const total = falls.reduce((sum, fall) => sum + fall, 0);
    let left = BASE_MS;
    return [BASE_MS, ...falls.map((fall) => (left -= (BASE_MS * (1 - floor) * fall) / total))];
  };
  const truth = { layers: pathOf(steps.layers, floors.layers), filters: pathOf(steps.filters, floors.filters) };
  const noisy = (value: number): { p50: number; ci: readonly [number, number] } => {
    const p50 = value * (1 + (precision / 1.96) * normal());
    const half = Math.max(precision, NARROWEST) * p50;
    return { p50, ci: [p50 - half, p50 + half] };
  };
  const estimate = (ms: number): LatencyEstimate => {
    const { p50, ci } = noisy(ms);
    return { p50Ms: p50, ci, n: 100 };
  };
  return {
    truth,
    measure: (wish) => {
      if (broken.includes(wish.key)) {
        return { kind: 'failed', failure: { code: 'probe-crashed', message: 'the probe crashed' } };
      }
      const session = 1 + sessionSd * normal();
      if (wish.method === null) return { kind: 'base', base: estimate(BASE_MS * session) };
      const ms = truth[wish.method][wish.position] ?? Number.NaN;
      const measurement = {
        subject: estimate(ms * session),
        control: estimate(BASE_MS * session),
        ratio: noisy(ms / BASE_MS),
      };
      return { kind: 'paired', measurement };
    },
  };
}

/** The setup of a comparison on such a device: layers one by one, filters on a fine grid. */
export const pathSetup = (steps: PathDeviceOptions['steps'], more: Partial<ComparisonSetup> = {}): ComparisonSetup => ({
  target: 'cpu',
  limit: { ratio: 0.7 },
  points: 6,
  paths: { layers: { steps: steps.layers, fine: false }, filters: { steps: steps.filters, fine: true } },
  ...more,
});
