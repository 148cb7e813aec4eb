import { beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { predictLatency } from '../latency/predict.js';
import { cases, groupsOf, indicesOf, isAllowed, keptBy, problemOf, subsetsOf } from '../testing/random-problem.js';
import { seededRandom } from '../testing/random.js';
import type { Explanation } from './explain.js';
import type { LimitChange } from './limit-effects.js';
import type { SolveProblem, SolveTarget } from './problem.js';
import type { Relaxation } from './smallest-relaxations.js';
import { loadSolver, type Solver } from './solve.js';

let solver: Solver;
beforeAll(async () => {
  solver = await loadSolver();
});

/** A problem with the limit of one target changed by a factor; Infinity: without the target. */
function relaxed(problem: SolveProblem, chosen: readonly number[], factor: number): SolveProblem {
  const change = (target: SolveTarget, at: number): readonly SolveTarget[] => {
    if (!chosen.includes(at)) return [target];
    if (!Number.isFinite(factor)) return [];
    const { limit } = target;
    return [
      { ...target, limit: 'ratio' in limit ? { ratio: limit.ratio * factor } : { limitMs: limit.limitMs * factor } },
    ];
  };
  return { ...problem, targets: problem.targets.flatMap(change) };
}

const allowedSets = (problem: SolveProblem): readonly (readonly number[])[] =>
  subsetsOf(indicesOf(problem)).filter((set) => isAllowed(problem, set));

const mostKept = (problem: SolveProblem, sets: readonly (readonly number[])[]): number =>
  Math.max(...sets.map((set) => keptBy(problem, set)));

const ofLimit = ({ table, limit }: SolveTarget, set: readonly number[]): number => {
  const { ci, ratio } = predictLatency(table, set);
  return 'ratio' in limit ? ratio.ci[1] / limit.ratio : ci[1] / limit.limitMs;
};

function expectChange(change: LimitChange, difference: number): void {
  expect(change.status).toBe(difference === Number.NEGATIVE_INFINITY ? 'impossible' : 'changed');
  const found = change.status === 'changed' ? change.keptDifference : Number.NEGATIVE_INFINITY;
  expect(found).toBeCloseTo(difference, 8);
}

function expectAnswer(problem: SolveProblem, explanation: Extract<Explanation, { status: 'answered' }>): void {
  const allowed = allowedSets(problem);
  const kept = mostKept(problem, allowed);
  const without = (change: SolveProblem): number => mostKept(problem, allowedSets(change)) - kept;
  for (const { index, removed, reason, opposite } of explanation.blocks) {
    const others = allowed.filter((set) => set.includes(index) !== removed);
    const needed = problem.pinned?.includes(index) ? 'pinned' : 'needed';
    expect(reason).toBe(others.length === 0 ? needed : 'chosen');
    expect(opposite?.cost ?? Number.POSITIVE_INFINITY).toBeCloseTo(kept - mostKept(problem, others), 8);
    expect(removed && problem.pinned?.includes(index)).toBe(false);
  }
  for (const [at, limit] of explanation.limits.entries()) {
    expect(limit.binds).toBe(without(relaxed(problem, [at], Number.POSITIVE_INFINITY)) > 1e-9);
    expectChange(limit.tighterByPercent, without(relaxed(problem, [at], 0.99)));
    expectChange(limit.looserByPercent, without(relaxed(problem, [at], 1.01)));
    expectChange(limit.nextTighter, without(relaxed(problem, [at], limit.ofLimit * (1 - 1e-9))));
    const target = problem.targets[at];
    if (target === undefined) throw new Error('no target');
    const better = allowedSets(relaxed(problem, [at], Number.POSITIVE_INFINITY)).filter(
      (set) => keptBy(problem, set) > kept + 1e-8,
    );
    const { nextLooser } = limit;
    expect(nextLooser.status).toBe(better.length === 0 ? 'none' : 'changed');
    if (nextLooser.status !== 'changed') continue;
    const lowest = Math.min(...better.map((set) => ofLimit(target, set)));
    expect(nextLooser.limitMs / limit.limitMs).toBeCloseTo(lowest, 8);
    expect(nextLooser.keptDifference).toBeGreaterThan(0);
  }
}

function expectRelaxation(problem: SolveProblem, chosen: readonly number[], relaxation: Relaxation | undefined): void {
  const sets = allowedSets(relaxed(problem, chosen, Number.POSITIVE_INFINITY));
  expect(relaxation?.status).toBe(sets.length === 0 ? 'impossible' : 'possible');
  if (relaxation?.status !== 'possible') return;
  const targets = problem.targets.filter((_, at) => chosen.includes(at));
  const least = Math.min(...sets.map((set) => Math.max(...targets.map((target) => ofLimit(target, set)))));
  expect(relaxation.proven).toBe(true);
  expect(relaxation.factor).toBeCloseTo(least, 8);
  expect(isAllowed(relaxed(problem, chosen, relaxation.factor * (1 + 1e-9)), relaxation.removed)).toBe(true);
}

test('an explanation says what trying every set says: of each block, of each limit, and of what is missing', () => {
  const seen = { answered: 0, infeasible: 0, undecided: 0 };
  fc.assert(
    fc.property(cases(7), fc.nat(), (form, seed) => {
      const plain = problemOf(form);
      const problem = { ...plain, groups: groupsOf(plain, seededRandom(seed)), pinned: [0] };
      const explanation = solver.explain(problem, solver.solve(problem));
      seen[explanation.status] += 1;
      if (explanation.status === 'answered') expectAnswer(problem, explanation);
      if (explanation.status !== 'infeasible') return;
      for (const at of problem.targets.keys()) expectRelaxation(problem, [at], explanation.alone[at]);
      expectRelaxation(problem, [...problem.targets.keys()], explanation.together);
    }),
    { numRuns: 40 },
  );
  expect(seen.answered).toBeGreaterThan(5);
  expect(seen.infeasible).toBeGreaterThan(5);
  expect(seen.undecided).toBe(0);
});

test('only the blocks that are asked for are tried', () => {
  const problem = problemOf({ seed: 1, blocks: 8, targets: 1, ratio: 0.8, absolute: false, sets: 0 });
  const explanation = solver.explain(problem, solver.solve(problem), { blocks: [3] });
  expect(explanation).toMatchObject({ status: 'answered', blocks: [{ index: 3 }] });
});

test('where every block is pinned only the limits can give way', () => {
  const problem = problemOf({ seed: 2, blocks: 4, targets: 2, ratio: 0.8, absolute: false, sets: 0 });
  const pinned = { ...problem, pinned: indicesOf(problem) };
  const explanation = solver.explain(pinned, solver.solve(pinned));
  if (explanation.status !== 'infeasible') throw new Error(`it is ${explanation.status}`);
  expectRelaxation(pinned, [0, 1], explanation.together);
  expect(explanation.alone.map(({ status }) => status)).toEqual(['impossible', 'impossible']);
});

test('an explanation of thirty blocks on three targets, with sets measured before, leaves nothing undecided', () => {
  const problem = problemOf({ seed: 3, blocks: 30, targets: 3, ratio: 0.75, absolute: true, sets: 1 });
  const explanation = solver.explain(problem, solver.solve(problem));
  if (explanation.status !== 'answered') throw new Error(`it is ${explanation.status}`);
  expect(explanation.blocks.map(({ reason }) => reason)).not.toContain('undecided');
  for (const { binds, nextLooser, nextTighter } of explanation.limits) {
    expect(binds).not.toBeNull();
    expect([nextLooser.status, nextTighter.status]).not.toContain('undecided');
  }
});
