import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fitLatencyTable } from '../latency/fit.js';
import { predictLatency } from '../latency/predict.js';
import { noisyDevice } from '../testing/noisy-device.js';
import {
  cases,
  groupsOf,
  indicesOf,
  isAllowed,
  keptBy,
  problemOf,
  subsetsOf,
  upperExcess,
} from '../testing/random-problem.js';
import { randomSubset, seededRandom } from '../testing/random.js';
import type { LatencyLimit, SolveProblem } from './problem.js';
import { loadSolver, type Solver } from './solve.js';

let solver: Solver;
beforeAll(async () => {
  solver = await loadSolver();
});

const mostKept = (problem: SolveProblem): number =>
  Math.max(
    ...subsetsOf(indicesOf(problem))
      .filter((set) => isAllowed(problem, set))
      .map((set) => keptBy(problem, set)),
  );

function expectBest(problem: SolveProblem): void {
  const solution = solver.solve(problem);
  const best = mostKept(problem);
  expect(solution.status).toBe(best === Number.NEGATIVE_INFINITY ? 'infeasible' : 'optimal');
  if (solution.status === 'infeasible') return;
  if (solution.status !== 'optimal') throw new Error(`the solver says ${solution.status}`);
  expect(isAllowed(problem, solution.removed)).toBe(true);
  expect(solution.keptImportance).toBeCloseTo(best, 9);
  expect(solution.proof).toMatchObject({ status: 'optimal' });
  expect(solution.proof.keptBound).toBeCloseTo(best, 9);
}

describe('the set that is chosen', () => {
  test('keeps as much importance as the best of all sets, whatever was measured', () => {
    fc.assert(
      fc.property(cases(9), (form) => expectBest(problemOf(form))),
      { numRuns: 120 },
    );
  });

  test('obeys pins, blocks that must go, counts, stages and exclusions, and is the best that does', () => {
    fc.assert(
      fc.property(cases(8), fc.nat(), (form, seed) => {
        const problem = problemOf(form);
        const random = seededRandom(seed);
        const special = randomSubset(random, form.blocks, Math.min(3, form.blocks));
        const minRemoved = Math.floor(random() * 2);
        expectBest({
          ...problem,
          pinned: special.slice(0, 1),
          forbidden: special.slice(1, random() < 0.5 ? 2 : 1),
          groups: groupsOf(problem, random),
          minRemoved,
          maxRemoved: minRemoved + Math.floor(random() * form.blocks),
          excluded: [[], randomSubset(random, form.blocks, Math.ceil(form.blocks / 2)), special.slice(1)],
        });
      }),
      { numRuns: 200 },
    );
  });

  test('keeps no less when a limit is loosened', () => {
    fc.assert(
      fc.property(cases(14), fc.double({ min: 1, max: 1.3, noNaN: true }), (form, factor) => {
        const tight = problemOf(form);
        const loosen = (limit: LatencyLimit): LatencyLimit =>
          'ratio' in limit ? { ratio: limit.ratio * factor } : { limitMs: limit.limitMs * factor };
        const loose = {
          ...tight,
          targets: tight.targets.map((target, at) => (at === 0 ? { ...target, limit: loosen(target.limit) } : target)),
        };
        const [before, after] = [solver.solve(tight), solver.solve(loose)];
        if (before.status !== 'optimal') return;
        if (after.status !== 'optimal') throw new Error('loosening a limit left nothing');
        expect(after.keptImportance).toBeGreaterThanOrEqual(before.keptImportance - 1e-9);
      }),
      { numRuns: 100 },
    );
  });

  test('has what is expected of every target beside it', () => {
    const problem = problemOf({ seed: 3, blocks: 10, targets: 2, ratio: 0.8, absolute: false, sets: 1 });
    const solution = solver.solve(problem);
    if (solution.status !== 'optimal') throw new Error(`the solver says ${solution.status}`);
    expect(solution.predictions.map(({ target }) => target)).toEqual(['target-0', 'target-1']);
    for (const [at, { ratio, limitMs }] of solution.predictions.entries()) {
      expect(ratio).toEqual(predictLatency(problem.targets[at]?.table ?? unreachable(), solution.removed).ratio);
      expect(ratio.ci[1]).toBeLessThanOrEqual(0.8);
      expect(limitMs).toBeCloseTo(0.8 * (problem.targets[at]?.table.base.p50Ms ?? 0), 9);
    }
  });

  test('is the empty one when nothing has to go', () => {
    const problem = problemOf({ seed: 4, blocks: 6, targets: 1, ratio: 1.5, absolute: false, sets: 0 });
    expect(solver.solve(problem)).toMatchObject({ status: 'optimal', removed: [] });
    expect(solver.solve({ ...problem, blocks: [] })).toMatchObject({ status: 'optimal', removed: [] });
  });

  test('leaves out blocks that cost nothing and are not needed', () => {
    const problem = problemOf({ seed: 5, blocks: 6, targets: 1, ratio: 0.85, absolute: false, sets: 0 });
    const free = { ...problem, blocks: problem.blocks.map(({ index }) => ({ index, importance: 0 })) };
    const solution = solver.solve(free);
    if (solution.status !== 'optimal') throw new Error(`the solver says ${solution.status}`);
    for (const index of solution.removed) {
      expect(
        isAllowed(
          free,
          solution.removed.filter((other) => other !== index),
        ),
      ).toBe(false);
    }
  });

  test('reaches the limit earlier by the margin that is asked for', () => {
    const problem = problemOf({ seed: 6, blocks: 12, targets: 1, ratio: 0.7, absolute: false, sets: 2 });
    const solution = solver.solve({ ...problem, margin: 0.05 });
    if (solution.status !== 'optimal') throw new Error(`the solver says ${solution.status}`);
    expect(solution.predictions[0]?.ratio.ci[1]).toBeLessThanOrEqual(0.7 * 0.95 + 1e-9);
  });
});

describe('where no set is within the limits', () => {
  test('the answer names the lowest latency of each target, and the set that has it', () => {
    const problem = problemOf({ seed: 7, blocks: 8, targets: 2, ratio: 0.2, absolute: true, sets: 0 });
    const solution = solver.solve({ ...problem, pinned: [0] });
    if (solution.status !== 'infeasible') throw new Error(`the solver says ${solution.status}`);
    expect(solution.proof).toMatchObject({ status: 'infeasible', keptBound: null, gap: null });
    const sets = subsetsOf(indicesOf(problem).filter((index) => index !== 0));
    for (const [at, { p50Ms, removed }] of solution.lowestReachable.entries()) {
      const table = problem.targets[at]?.table ?? unreachable();
      expect(p50Ms).toBeCloseTo(Math.min(...sets.map((set) => predictLatency(table, set).p50Ms)), 9);
      expect(predictLatency(table, removed).p50Ms).toBeCloseTo(p50Ms, 12);
    }
  });

  test('the set that comes closest has the smallest worst excess of all sets', () => {
    fc.assert(
      fc.property(cases(9), fc.nat(), (form, seed) => {
        const problem = {
          ...problemOf(form),
          minRemoved: 1,
          excluded: [randomSubset(seededRandom(seed), form.blocks, 1)],
        };
        const worstOf = (set: readonly number[]): number =>
          Math.max(
            ...problem.targets.map(({ table, limit }) => {
              const { p50Ms, ratio } = predictLatency(table, set);
              return 'ratio' in limit ? ratio.p50 / limit.ratio : p50Ms / limit.limitMs;
            }),
          );
        const sets = subsetsOf(indicesOf(problem)).filter(
          (set) => set.length > 0 && set.join() !== problem.excluded[0]?.join(),
        );
        const closest = solver.leastExcess(problem);
        expect(closest === undefined).toBe(sets.length === 0);
        if (closest === undefined) return;
        expect(closest.worst).toBeCloseTo(Math.min(...sets.map(worstOf)), 8);
        expect(worstOf(closest.removed)).toBeCloseTo(closest.worst, 9);
      }),
      { numRuns: 120 },
    );
  });
});

describe('large problems', () => {
  test('three hundred blocks are solved with proof where each adds more uncertainty than it saves', () => {
    const random = seededRandom(2);
    const problem: SolveProblem = {
      blocks: Array.from({ length: 300 }, (_, index) => ({ index, importance: random() })),
      targets: [0, 1, 2].map((at) => ({
        target: `target-${at}`,
        table: fitLatencyTable(noisyDevice({ seed: at, blocks: 300, precision: 3e-3 }).table(), { sessionSd: 2e-3 }),
        limit: { ratio: 0.75 },
      })),
    };
    expect(solver.solve(problem).status).toBe('optimal');
  });

  test('a thousand blocks on three targets are solved with proof', () => {
    const random = seededRandom(1);
    const problem: SolveProblem = {
      blocks: Array.from({ length: 1000 }, (_, index) => ({ index, importance: random() })),
      targets: [0, 1, 2].map((at) => ({
        target: `target-${at}`,
        table: fitLatencyTable(noisyDevice({ seed: at, blocks: 1000, precision: 1e-4 }).table(), { sessionSd: 0 }),
        limit: { ratio: 0.75 },
      })),
    };
    const solution = solver.solve(problem);
    expect(solution).toMatchObject({ status: 'optimal', proof: { gap: expect.any(Number) } });
    for (const target of problem.targets) {
      expect(upperExcess(target, solution.status === 'optimal' ? solution.removed : [])).toBeLessThanOrEqual(1e-12);
    }
  });
});

test('a problem without meaning is refused, with the reason', () => {
  const problem = problemOf({ seed: 8, blocks: 4, targets: 1, ratio: 0.8, absolute: false, sets: 0 });
  const refused = (change: Partial<SolveProblem>, code: string): void =>
    expect(() => solver.solve({ ...problem, ...change })).toThrow(expect.objectContaining({ code }));
  refused({ pinned: [9] }, 'problem-invalid');
  refused({ pinned: [1], forbidden: [1] }, 'problem-invalid');
  refused({ targets: [] }, 'problem-invalid');
  refused({ groups: [{ name: 'stage', blocks: [9], minKept: 1 }] }, 'problem-invalid');
  refused({ groups: [{ name: 'stage', blocks: [1], minKept: 0.5 }] }, 'problem-invalid');
  const twice = ['a', 'b'].map((name) => ({ name, blocks: [1], minKept: 1 }));
  refused({ groups: twice }, 'problem-invalid');
  refused({ blocks: [{ index: 0, importance: Number.NaN }] }, 'problem-invalid');
  refused({ blocks: [...problem.blocks, { index: 77, importance: 1 }] }, 'saving-unknown');
  refused({ targets: problem.targets.map((target) => ({ ...target, limit: { ratio: 0 } })) }, 'budget-invalid');
});

function unreachable(): never {
  throw new Error('every target has a table');
}
