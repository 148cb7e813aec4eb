import type { Block, Granularity } from '@espalier/contracts';
import { findBlocks } from '@espalier/pruning';
import type { Store } from '@espalier/store';
import { openModel } from './open-model.js';

/**
 * The blocks of a stored model; found once, then remembered.
 * @throws StoreError `model-unknown`
 */
export async function blocksOf(store: Store, modelId: string, granularity: Granularity): Promise<readonly Block[]> {
  const known = await store.models.blocks(modelId, granularity);
  if (known !== null) return known;
  const { model, shapes } = await openModel(store, modelId);
  const blocks = findBlocks(model, shapes, granularity);
  await store.models.saveBlocks(modelId, granularity, blocks);
  return blocks;
}
