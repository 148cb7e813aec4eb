import { beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cases, groupsOf, indicesOf, isAllowed, keptBy, problemOf, subsetsOf } from '../testing/random-problem.js';
import { seededRandom } from '../testing/random.js';
import { loadSolver, type Solver } from './solve.js';

let solver: Solver;
beforeAll(async () => {
  solver = await loadSolver();
});

test('the best sets are those that trying every set finds, in its order, and no more than there are', () => {
  fc.assert(
    fc.property(cases(8), fc.nat(), fc.integer({ min: 1, max: 12 }), (form, seed, count) => {
      const plain = problemOf(form);
      const problem = { ...plain, groups: groupsOf(plain, seededRandom(seed)) };
      const truth = subsetsOf(indicesOf(problem))
        .filter((set) => isAllowed(problem, set))
        .map((set) => keptBy(problem, set))
        .sort((a, b) => b - a);
      const { sets, status } = solver.solveBest(problem, count);
      expect(status).toBe(truth.length < count ? 'fewer' : 'found');
      expect(sets).toHaveLength(Math.min(count, truth.length));
      expect(new Set(sets.map(({ removed }) => removed.join())).size).toBe(sets.length);
      for (const [rank, { removed, keptImportance }] of sets.entries()) {
        expect(isAllowed(problem, removed)).toBe(true);
        expect(keptImportance).toBeCloseTo(truth[rank] ?? Number.NaN, 9);
      }
      const solution = solver.solve(problem);
      expect(sets[0]).toEqual(solution.status === 'optimal' ? solution : undefined);
    }),
    { numRuns: 40 },
  );
});
