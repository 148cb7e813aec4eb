import { PruningError } from './errors.js';
import type { BlockScore } from './score.js';

/**
 * Sum of ascending ranks over several lists of scores, 0 = least important, as LayerPrune combines its criteria (official
 * code of arXiv 2007.05667; there over weight norm, BN scale, gate, weight and feature-map Taylor). Blocks of equal score
 * share the mean of their ranks.
 *
 * A sum of ranks compares blocks only if every list ranks the same ones. So the blocks that every list scores are ranked
 * among themselves; any other block has no importance, with the reason of the first list that leaves it out.
 * @throws PruningError `criterion-not-applicable` when no block is scored by every list, `importance-invalid` for a score
 * that is not a finite number
 */
export function ensemble(lists: readonly (readonly BlockScore[])[]): readonly BlockScore[] {
  const tables = lists.map((list) => new Map(list.map((score) => [score.index, score])));
  const indices = [...new Set(tables.flatMap((table) => [...table.keys()]))].sort((a, b) => a - b);
  const common = indices.filter((index) => tables.every((table) => isScored(table.get(index))));
  if (common.length === 0) {
    throw new PruningError('criterion-not-applicable', 'no block has a score in every list', {
      hint: 'leave out the criteria that do not apply to this model',
    });
  }
  const sums = new Map(common.map((index) => [index, 0]));
  for (const table of tables) {
    const ranks = ascendingRanks(common.map((index) => importanceOf(index, table.get(index))));
    for (const [position, index] of common.entries()) sums.set(index, (sums.get(index) ?? 0) + (ranks[position] ?? 0));
  }
  return indices.map((index) => {
    const importance = sums.get(index);
    return importance === undefined
      ? { index, importance: null, reason: reasonOf(index, tables) }
      : { index, importance };
  });
}

/** The rank of every value among all, from 0; equal values share the mean of their ranks. */
export function ascendingRanks(values: readonly number[]): number[] {
  const order = values.map((value, position) => ({ value, position })).sort((a, b) => a.value - b.value);
  const ranks = values.map(() => 0);
  for (let first = 0; first < order.length; ) {
    let next = first + 1;
    while (next < order.length && order[next]?.value === order[first]?.value) next++;
    for (const { position } of order.slice(first, next)) ranks[position] = (first + next - 1) / 2;
    first = next;
  }
  return ranks;
}

function isScored(score: BlockScore | undefined): boolean {
  return score !== undefined && score.importance !== null;
}

function importanceOf(index: number, score: BlockScore | undefined): number {
  const importance = score?.importance ?? Number.NaN;
  if (Number.isFinite(importance)) return importance;
  throw new PruningError('importance-invalid', `the score of block ${index} is ${importance}, not a finite number`);
}

function reasonOf(index: number, tables: readonly ReadonlyMap<number, BlockScore>[]): string {
  const missing = tables.findIndex((table) => !isScored(table.get(index)));
  const score = tables[missing]?.get(index);
  return score?.importance === null ? score.reason : `list ${missing + 1} of ${tables.length} does not score the block`;
}
