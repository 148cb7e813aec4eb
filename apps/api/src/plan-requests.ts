import { blocksOf } from '@espalier/catalog';
import type { CreatePlan, Plan } from '@espalier/contracts';
import { PruningError } from '@espalier/pruning';
import type { Store } from '@espalier/store';

/**
 * Creates a plan that can begin: its model and targets are known, and the model has a block that can go.
 * @throws StoreError `model-unknown`, `target-unknown`; PruningError `no-removable-block`, `block-unknown`
 */
export async function createPlan(store: Store, request: CreatePlan): Promise<Plan> {
  const { modelId, granularity, pinned, budgets } = request;
  for (const { target } of budgets) await store.targets.get(target);
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
  return await store.plans.create(request);
}
