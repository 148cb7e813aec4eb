import { blocksOf, scoresOf } from '@espalier/catalog';
import type { CreatePlan, Plan } from '@espalier/contracts';
import { PruningError } from '@espalier/pruning';
import type { Store } from '@espalier/store';

/**
 * Creates a plan that can begin: its model, targets and input data are known, the model has a block that can go, and the
 * criterion's scores are there.
 * @throws StoreError `model-unknown`, `target-unknown`, `artifact-unknown`, `artifact-kind-wrong`, `scoring-not-allowed`;
 *   CatalogError `scores-unknown`; PruningError `no-removable-block`, `block-unknown`, `criterion-not-applicable`
 */
export async function createPlan(store: Store, request: CreatePlan): Promise<Plan> {
  const { modelId, granularity, criterion, reduction, pinned, budgets, spec } = request;
  await store.models.get(modelId);
  await store.measurements.check(
    budgets.map(({ target }) => ({
      kind: 'latency',
      subject: modelId,
      target,
      fresh: false,
      priority: 100,
      ...(spec === undefined ? {} : { spec }),
    })),
  );
  const blocks = await blocksOf(store, modelId, granularity);
  if (!blocks.some(({ removable }) => removable)) {
    throw new PruningError('no-removable-block', `The model has no removable ${granularity}`, {
      hint: `GET /v1/models/${modelId}/blocks says why each must stay${granularity === 'block' ? '; granularity layer may find some' : ''}`,
    });
  }
  const known = new Set(blocks.map(({ index }) => index));
  const unknown = pinned.filter((index) => !known.has(index));
  if (unknown.length > 0) {
    throw new PruningError('block-unknown', `The model has no ${granularity} ${unknown.join(', ')}`, {
      hint: `They are numbered from 0 to ${blocks.length - 1}`,
    });
  }
  await scoresOf(store, modelId, { granularity, criterion, reduction });
  return await store.plans.create(request);
}
