import { parserOf, type ScoreList, WeightCriterion } from '@espalier/contracts';
import { scoreBlocks } from '@espalier/pruning';
import type { ScoreKey, Store } from '@espalier/store';
import { blocksOf } from './blocks.js';
import { openModel } from './open-model.js';

const parseWeightCriterion = parserOf('criterion', WeightCriterion);

/**
 * The importance of every block of a stored model; computed once, then remembered.
 * @throws StoreError `model-unknown`, PruningError `criterion-not-applicable`
 */
export async function scoresOf(store: Store, modelId: string, key: ScoreKey): Promise<ScoreList> {
  const blocks = await blocksOf(store, modelId, key.granularity);
  const known = await store.scores.ofBlocks(modelId, key);
  if (known !== null) return { modelId, ...key, ...known };
  const { model } = await openModel(store, modelId);
  const criterion = parseWeightCriterion(key.criterion);
  const scores = scoreBlocks(model, blocks, criterion, { reduction: key.reduction }).map(({ index, importance }) => ({
    index,
    importance,
  }));
  await store.scores.saveOfBlocks(modelId, key, { source: 'weights', scores });
  return { modelId, ...key, source: 'weights', scores };
}
