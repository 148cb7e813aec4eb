import { comparisonPaths } from '@espalier/catalog';
import type { Comparison, CreateComparison } from '@espalier/contracts';
import { PruningError } from '@espalier/pruning';
import type { Store } from '@espalier/store';

/**
 * Creates a comparison that can begin: its model, target and criteria are known, and the model has something that can go.
 * @throws StoreError `model-unknown`, `target-unknown`, `scores-unknown`; PruningError `no-removable-block`, and what a
 * criterion refuses
 */
export async function createComparison(store: Store, request: CreateComparison): Promise<Comparison> {
  const { modelId, granularity, budget } = request;
  await store.targets.get(budget.target);
  const { layers, filters } = await comparisonPaths(store, modelId, request);
  if (layers.order.length === 0 && filters.rates.length <= 1) {
    throw new PruningError('no-removable-block', `The model has no removable ${granularity} and no filters to prune`, {
      hint: `GET /v1/models/${modelId}/blocks and /filter-groups say why each must stay`,
    });
  }
  return await store.comparisons.create(request);
}

/** A comparison with the recipe of every point. */
export async function withRecipes(store: Store, comparison: Comparison): Promise<Comparison> {
  const complete = async <Point extends Comparison['points'][number]>(point: Point): Promise<Point> => {
    const { recipe } = await store.candidates.get(point.candidateId);
    return recipe === null ? point : { ...point, recipe };
  };
  const outcome = async ({ floor, best }: Comparison['layers']): Promise<Comparison['layers']> => ({
    floor,
    best: best === null ? null : await complete(best),
  });
  return {
    ...comparison,
    points: await Promise.all(comparison.points.map(complete)),
    layers: await outcome(comparison.layers),
    filters: await outcome(comparison.filters),
  };
}
