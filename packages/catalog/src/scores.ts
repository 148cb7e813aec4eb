import type { BlockScore, ScoreList } from '@espalier/contracts';
import { ensemble, isWeightCriterion, scoreBlocks, type WeightCriterion } from '@espalier/pruning';
import type { ScoreKey, Store, StoredScores } from '@espalier/store';
import { blocksOf } from './blocks.js';
import { ENSEMBLE, ENSEMBLE_PARTS, howToGet, isReduced } from './criteria.js';
import { CatalogError } from './errors.js';
import { openModel } from './open-model.js';

/**
 * The importance of every block of a stored model. By weights: computed once, then remembered; `ensemble`: from what is known
 * of its parts; by any other name: what an agent computed, or a training job posted.
 * @throws StoreError `model-unknown`; CatalogError `scores-unknown`; PruningError `criterion-not-applicable`
 */
export async function scoresOf(store: Store, modelId: string, key: ScoreKey): Promise<ScoreList> {
  await store.models.get(modelId);
  const found = await findScores(store, modelId, key);
  if (found === null) {
    throw new CatalogError('scores-unknown', `Nobody knows the scores of the model by ${key.criterion} yet`, {
      hint: howToGet(modelId, key),
    });
  }
  return { modelId, ...key, source: found.source, scores: [...found.scores] };
}

/** Scores that are known, or can be had at once; null: neither. */
async function findScores(store: Store, modelId: string, key: ScoreKey): Promise<StoredScores | null> {
  const { criterion } = key;
  if (criterion === ENSEMBLE) return await combined(store, modelId, key);
  if (isWeightCriterion(criterion)) return await weighed(store, modelId, { ...key, criterion });
  return (await store.scores.ofBlocks(modelId, key)) ?? (await ofOtherReduction(store, modelId, key));
}

/** The scores of some criteria are of blocks as they are: no reduction made them. */
async function ofOtherReduction(store: Store, modelId: string, key: ScoreKey): Promise<StoredScores | null> {
  if (isReduced(key.criterion)) return null;
  return await store.scores.ofBlocks(modelId, { ...key, reduction: key.reduction === 'all' ? 'paper' : 'all' });
}

async function weighed(
  store: Store,
  modelId: string,
  key: ScoreKey & { readonly criterion: WeightCriterion },
): Promise<StoredScores> {
  const known = await store.scores.ofBlocks(modelId, key);
  if (known !== null) return known;
  const blocks = await blocksOf(store, modelId, key.granularity);
  const { model } = await openModel(store, modelId);
  const scores = { source: 'weights' as const, scores: [...scoreBlocks(model, blocks, key.criterion, key)] };
  await store.scores.saveOfBlocks(modelId, key, scores);
  return scores;
}

/** Not remembered: its parts may change. */
async function combined(store: Store, modelId: string, key: ScoreKey): Promise<StoredScores> {
  const lists: BlockScore[][] = [];
  const missing: ScoreKey[] = [];
  for (const criterion of ENSEMBLE_PARTS) {
    const part = { ...key, criterion };
    const found = await findScores(store, modelId, part);
    if (found === null) missing.push(part);
    else lists.push(found.scores);
  }
  if (missing.length > 0) {
    const names = missing.map(({ criterion }) => criterion).join(', ');
    throw new CatalogError('scores-unknown', `The ensemble needs ${ENSEMBLE_PARTS.join(', ')}; unknown yet: ${names}`, {
      hint: missing.map((part) => `${part.criterion}: ${howToGet(modelId, part)}`).join('. '),
    });
  }
  return { source: 'combined', scores: [...ensemble(lists.map((list) => list.map(ranked)))] };
}

/** A score as packages/pruning reads it: where there is none, there is a reason. */
const ranked = ({ index, importance, reason = 'the criterion does not apply to it' }: BlockScore) =>
  importance === null ? { index, importance, reason } : { index, importance };
