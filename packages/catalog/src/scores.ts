import type { ScoreList } from '@espalier/contracts';
import { isWeightCriterion, PruningError, scoreBlocks } from '@espalier/pruning';
import type { ScoreKey, Store } from '@espalier/store';
import { blocksOf } from './blocks.js';
import { openModel } from './open-model.js';

/**
 * The importance of every block of a stored model; computed once, then remembered.
 * @throws StoreError `model-unknown`, PruningError `criterion-not-applicable`, `criterion-unknown`
 */
export async function scoresOf(store: Store, modelId: string, key: ScoreKey): Promise<ScoreList['scores']> {
  const blocks = await blocksOf(store, modelId, key.granularity);
  const known = await store.models.scores(modelId, key);
  if (known !== null) return known;
  const { criterion } = key;
  if (!isWeightCriterion(criterion)) {
    throw new PruningError('criterion-unknown', `there are no scores by ${JSON.stringify(criterion)}`);
  }
  const { model } = await openModel(store, modelId);
  const scores = scoreBlocks(model, blocks, criterion, { reduction: key.reduction }).map(({ index, importance }) => ({
    index,
    importance,
  }));
  await store.models.saveScores(modelId, key, scores);
  return scores;
}
