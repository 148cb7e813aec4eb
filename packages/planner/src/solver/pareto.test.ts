import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { predictLatency } from '../latency/predict.js';
import { cases, groupsOf, indicesOf, isAllowed, keptBy, problemOf, subsetsOf } from '../testing/random-problem.js';
import { seededRandom } from '../testing/random.js';
import type { FrontPoint } from './pareto.js';
import type { SolveProblem, SolveTarget } from './problem.js';
import { loadSolver, type Solver } from './solve.js';

let solver: Solver;
beforeAll(async () => {
  solver = await loadSolver();
});

const ofLimit = ({ table, limit }: SolveTarget, set: readonly number[]): number => {
  const { ci, ratio } = predictLatency(table, set);
  return 'ratio' in limit ? ratio.ci[1] / limit.ratio : ci[1] / limit.limitMs;
};

interface Pair {
  readonly latency: number;
  readonly kept: number;
}

/** Of all pairs those that no other is at least as good as in both, by more than rounding. */
function nonDominated(pairs: readonly Pair[]): readonly Pair[] {
  const sorted = pairs.toSorted((a, b) => a.latency - b.latency || b.kept - a.kept);
  const front: Pair[] = [];
  for (const pair of sorted) if (pair.kept > (front.at(-1)?.kept ?? -1) + 1e-9) front.push(pair);
  return front.toReversed();
}

function expectFront(points: readonly FrontPoint[], truth: readonly Pair[]): void {
  expect(points).toHaveLength(truth.length);
  for (const [at, { latency, kept }] of truth.entries()) {
    expect(points[at]?.ofLimit).toBeCloseTo(latency, 8);
    expect(points[at]?.keptImportance).toBeCloseTo(kept, 8);
  }
}

/** What trying every set finds: other limits hold, those of the chosen targets do not. */
function frontByTrying(problem: SolveProblem, chosen: readonly SolveTarget[]): readonly Pair[] {
  const rules = { ...problem, targets: problem.targets.filter((target) => !chosen.includes(target)) };
  const sets = subsetsOf(indicesOf(problem)).filter((set) => isAllowed(rules, set));
  return nonDominated(
    sets.map((set) => ({
      latency: Math.max(...chosen.map((target) => ofLimit(target, set))),
      kept: keptBy(problem, set),
    })),
  );
}

describe('the front is the one that trying every set finds', () => {
  test('against the latency of one target, under the limits of the others', () => {
    fc.assert(
      fc.property(cases(6), fc.nat(), (form, seed) => {
        const plain = problemOf(form);
        const problem = { ...plain, groups: groupsOf(plain, seededRandom(seed)) };
        const front = solver.paretoFront(problem, { against: { target: 'target-0' }, maxPoints: 100 });
        expect(front).toMatchObject({ complete: true, proven: true });
        expectFront(front.points, frontByTrying(problem, problem.targets.slice(0, 1)));
      }),
      { numRuns: 20 },
    );
  });

  test('against the worst of all targets', () => {
    fc.assert(
      fc.property(cases(6), (form) => {
        const problem = problemOf(form);
        const front = solver.paretoFront(problem, { against: 'worst', maxPoints: 100 });
        expect(front).toMatchObject({ complete: true, proven: true });
        expectFront(front.points, frontByTrying(problem, problem.targets));
      }),
      { numRuns: 20 },
    );
  });

  test('where many sets keep the same importance', () => {
    const problem = problemOf({ seed: 1, blocks: 8, targets: 2, ratio: 0.7, absolute: false, sets: 1 });
    const equal = { ...problem, blocks: problem.blocks.map(({ index }) => ({ index, importance: 1 })) };
    const front = solver.paretoFront(equal, { against: 'worst' });
    expectFront(front.points, frontByTrying(equal, equal.targets));
  });
});

test('a front of more points than asked for is spread evenly, from end to end, each point the best for its latency', () => {
  const problem = problemOf({ seed: 2, blocks: 12, targets: 2, ratio: 0.7, absolute: true, sets: 1 });
  const { points, complete, proven } = solver.paretoFront(problem, { against: 'worst', maxPoints: 9 });
  expect({ complete, proven }).toEqual({ complete: false, proven: true });
  expect(points.length).toBeGreaterThan(4);
  expect(points.length).toBeLessThanOrEqual(9);
  const truth = frontByTrying(problem, problem.targets);
  expect(points[0]?.keptImportance).toBeCloseTo(truth[0]?.kept ?? Number.NaN, 8);
  expect(points.at(-1)?.ofLimit).toBeCloseTo(truth.at(-1)?.latency ?? Number.NaN, 8);
  for (const point of points) {
    const best = Math.max(...truth.filter(({ latency }) => latency <= point.ofLimit + 1e-9).map(({ kept }) => kept));
    expect(point.keptImportance).toBeCloseTo(best, 8);
  }
  expect(nonDominated(points.map((point) => ({ latency: point.ofLimit, kept: point.keptImportance })))).toHaveLength(
    points.length,
  );
});

test('a target that is not there is refused', () => {
  const problem = problemOf({ seed: 3, blocks: 3, targets: 1, ratio: 0.7, absolute: true, sets: 0 });
  expect(() => solver.paretoFront(problem, { against: { target: 'phone' } })).toThrow(
    expect.objectContaining({ code: 'problem-invalid' }),
  );
});
