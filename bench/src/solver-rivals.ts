// What people do instead of solving: remove blocks in a fixed order until every limit is kept.
import { predictLatency, type SolveProblem, type SolveTarget } from '@espalier/planner';

/** Importance kept when blocks go in ascending order of `keyOf`, until every limit is kept; 0 when that never happens. */
function keptInOrder(problem: SolveProblem, keyOf: (block: SolveProblem['blocks'][number]) => number): number {
  const order = problem.blocks.toSorted((a, b) => keyOf(a) - keyOf(b));
  for (let count = 0; count <= order.length; count += 1) {
    const removed = order.slice(0, count).map(({ index }) => index);
    if (!problem.targets.every((target) => keepsLimit(target, removed))) continue;
    return order.slice(count).reduce((sum, { importance }) => sum + importance, 0);
  }
  return 0;
}

function keepsLimit({ table, limit }: SolveTarget, removed: readonly number[]): boolean {
  const { ci, ratio } = predictLatency(table, removed);
  return 'ratio' in limit ? ratio.ci[1] <= limit.ratio : ci[1] <= limit.limitMs;
}

/** The least important block first. */
export function keptByImportance(problem: SolveProblem): number {
  return keptInOrder(problem, ({ importance }) => importance);
}

/** The block first that costs least importance for what it saves: the mean over the targets of its share of the base. */
export function keptByRatio(problem: SolveProblem): number {
  const savings = problem.targets.map(({ table }) => new Map(table.savings.map(({ index, share }) => [index, share])));
  return keptInOrder(problem, ({ index, importance }) => {
    const saving = savings.reduce((sum, shares) => sum + (shares.get(index) ?? 0), 0) / savings.length;
    return saving > 0 ? importance / saving : Number.POSITIVE_INFINITY;
  });
}
