import fc from 'fast-check';
import { fitLatencyTable } from '../latency/fit.js';
import { predictLatency } from '../latency/predict.js';
import type { BlockGroup, SolveProblem, SolveTarget } from '../solver/problem.js';
import { noisyDevice } from './noisy-device.js';
import { seededRandom } from './random.js';

/** How a random problem is made. */
export interface Case {
  readonly seed: number;
  readonly blocks: number;
  readonly targets: number;
  readonly ratio: number;
  readonly absolute: boolean;
  readonly sets: number;
}

/** Problems of few blocks on up to three targets, whose limits are loose, tight or out of reach. */
export const cases = (mostBlocks: number): fc.Arbitrary<Case> =>
  fc.record({
    seed: fc.nat(),
    blocks: fc.integer({ min: 1, max: mostBlocks }),
    targets: fc.integer({ min: 1, max: 3 }),
    ratio: fc.double({ min: 0.4, max: 1.05, noNaN: true }),
    absolute: fc.boolean(),
    sets: fc.integer({ min: 0, max: 3 }),
  });

/** The problem of a case: importance between 0 and 1, tables fitted to noisy measurements. */
export function problemOf({ seed, blocks, targets, ratio, absolute, sets }: Case): SolveProblem {
  const random = seededRandom(seed);
  return {
    blocks: Array.from({ length: blocks }, (_, index) => ({ index, importance: random() })),
    targets: Array.from({ length: targets }, (_, at): SolveTarget => {
      const table = fitLatencyTable(noisyDevice({ seed: seed + at, blocks, sessionSd: 0.01 }).table(sets));
      return {
        target: `target-${at}`,
        table,
        limit: absolute ? { limitMs: ratio * table.base.p50Ms } : { ratio },
      };
    }),
  };
}

/** The blocks of a problem. */
export const indicesOf = ({ blocks }: SolveProblem): readonly number[] => blocks.map(({ index }) => index);

/** Every subset. */
export function subsetsOf(indices: readonly number[]): readonly (readonly number[])[] {
  return indices.reduce<readonly (readonly number[])[]>(
    (sets, index) => [...sets, ...sets.map((set) => [...set, index])],
    [[]],
  );
}

/** What the documentation says a set has to satisfy, from the predictions alone. */
export function isAllowed(problem: SolveProblem, set: readonly number[]): boolean {
  const {
    pinned = [],
    forbidden = [],
    minRemoved = 0,
    maxRemoved = Number.POSITIVE_INFINITY,
    excluded = [],
    groups = [],
  } = problem;
  return (
    pinned.every((index) => !set.includes(index)) &&
    forbidden.every((index) => set.includes(index)) &&
    set.length >= minRemoved &&
    set.length <= maxRemoved &&
    groups.every(({ blocks, minKept }) => blocks.filter((index) => !set.includes(index)).length >= minKept) &&
    !excluded.some((other) => other.length === set.length && other.every((index) => set.includes(index))) &&
    problem.targets.every((target) => upperExcess(target, set) <= 0)
  );
}

/** The upper bound of the predicted latency minus the limit, in the unit of the limit. */
export function upperExcess({ table, limit }: SolveTarget, set: readonly number[]): number {
  const { ci, ratio } = predictLatency(table, set);
  return 'ratio' in limit ? ratio.ci[1] - limit.ratio : ci[1] - limit.limitMs;
}

/** Importance kept without a set. */
export const keptBy = ({ blocks }: SolveProblem, set: readonly number[]): number =>
  blocks.reduce((sum, { index, importance }) => (set.includes(index) ? sum : sum + importance), 0);

/** Two stages, each of which has to keep some of its blocks. */
export function groupsOf(problem: SolveProblem, random: () => number): readonly BlockGroup[] {
  const indices = indicesOf(problem);
  const half = Math.ceil(indices.length / 2);
  return [indices.slice(0, half), indices.slice(half)].map((blocks, stage) => ({
    name: `stage ${stage}`,
    blocks,
    minKept: Math.floor(random() * Math.min(3, blocks.length)),
  }));
}
