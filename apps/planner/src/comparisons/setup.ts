import type { ComparisonPaths } from '@espalier/catalog';
import type { CreateComparison } from '@espalier/contracts';
import type { ComparisonSetup } from '@espalier/planner';

/** What the planner is asked, from the request of a comparison and the paths that its model allows. */
export function setupOf({ budget, points }: CreateComparison, { layers, filters }: ComparisonPaths): ComparisonSetup {
  return {
    target: budget.target,
    limit: 'ratio' in budget ? { ratio: budget.ratio } : { limitMs: budget.limitMs },
    points,
    paths: {
      layers: { steps: layers.order.length, fine: false },
      filters: { steps: filters.rates.length - 1, fine: true },
    },
  };
}
