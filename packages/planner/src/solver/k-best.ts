import type { Highs } from 'highs';
import { solveProblem } from './best-set.js';
import type { ChosenSet, SolveProblem } from './problem.js';

/** Sets in order of kept importance. */
export interface BestSets {
  readonly sets: readonly ChosenSet[];
  /**
   * `found`: as many as were asked for; `fewer`: it is proved that there are no more; `undecided`: the search for the next
   * was cut short before one was found.
   */
  readonly status: 'found' | 'fewer' | 'undecided';
}

/**
 * The best sets one after the other, each the optimum of the problem without those before it (no-good cuts). A set whose
 * `status` is `limit` may be out of order, by at most its gap.
 * @throws PlannerError as `solveProblem`
 */
export function bestSets(highs: Highs, problem: SolveProblem, count: number): BestSets {
  const sets: ChosenSet[] = [];
  while (sets.length < count) {
    const excluded = [...(problem.excluded ?? []), ...sets.map(({ removed }) => removed)];
    const solution = solveProblem(highs, { ...problem, excluded });
    if (solution.status === 'undecided') return { sets, status: 'undecided' };
    if (solution.status === 'infeasible') return { sets, status: 'fewer' };
    sets.push(solution);
  }
  return { sets, status: 'found' };
}
