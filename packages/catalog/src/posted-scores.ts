import type { Block, BlockScore, Criterion, PutScores, ScoreList } from '@espalier/contracts';
import { PruningError } from '@espalier/pruning';
import type { Store } from '@espalier/store';
import { blocksOf } from './blocks.js';
import { isReserved } from './criteria.js';
import { CatalogError } from './errors.js';

/** Whichever is asked for, the answer is what was posted last. */
const REDUCTIONS = ['all', 'paper'] as const;

/**
 * Keeps scores that a training job computed, in the place of those that were there by this name. They are of blocks as they
 * are, whatever reduction is asked for.
 * @throws StoreError `model-unknown`; CatalogError `criterion-reserved`, `scores-incomplete`; PruningError `block-unknown`
 */
export async function putScores(
  store: Store,
  modelId: string,
  criterion: Criterion,
  { granularity, scores: posted }: PutScores,
): Promise<ScoreList> {
  if (isReserved(criterion)) {
    throw new CatalogError('criterion-reserved', `Scores by ${criterion} are computed here and cannot be posted`, {
      hint: `Post them under a name of your own, such as my-${criterion}`,
    });
  }
  const blocks = await blocksOf(store, modelId, granularity);
  checkPosted(blocks, posted, granularity);
  const importanceOf = new Map(posted.map(({ index, importance }) => [index, importance]));
  const scores = blocks.map(({ index }): BlockScore => {
    const importance = importanceOf.get(index);
    return importance === undefined
      ? { index, importance: null, reason: 'no score was posted for it' }
      : { index, importance };
  });
  const key = { granularity, criterion };
  for (const reduction of REDUCTIONS) {
    await store.scores.saveOfBlocks(modelId, { ...key, reduction }, { source: 'posted', scores });
  }
  return { modelId, ...key, reduction: 'all', source: 'posted', scores };
}

function checkPosted(blocks: readonly Block[], posted: PutScores['scores'], granularity: string): void {
  const known = new Set(blocks.map(({ index }) => index));
  const unknown = posted.filter(({ index }) => !known.has(index)).map(({ index }) => index);
  if (unknown.length > 0) {
    throw new PruningError('block-unknown', `The model has no ${granularity} ${unknown.join(', ')}`, {
      hint: `They are numbered from 0 to ${blocks.length - 1}; GET /v1/models/{modelId}/blocks lists them`,
    });
  }
  const times = new Map<number, number>();
  for (const { index } of posted) times.set(index, (times.get(index) ?? 0) + 1);
  const twice = [...times].filter(([, count]) => count > 1).map(([index]) => index);
  if (twice.length > 0) {
    throw new CatalogError('scores-incomplete', `There is more than one score for ${granularity} ${twice.join(', ')}`);
  }
  const missing = blocks.filter(({ index, removable }) => removable && !times.has(index));
  if (missing.length > 0) {
    const names = missing.map(({ index, name }) => `${index} (${name})`).join(', ');
    throw new CatalogError('scores-incomplete', `There is no score for ${granularity} ${names}`, {
      hint: 'Every block that can go needs a score',
    });
  }
}
