import { averageLinkage } from './average-linkage.js';
import { type FilterRows, normalisedRows } from './filter-rows.js';
import { PairTable, squaredDistances } from './pairwise.js';

/** Largest distance between two rows of norm 1. */
const FARTHEST = 2;

/**
 * Importance by redundancy within clusters; our reading of arXiv 2206.08186, of which only the idea could be read: similar
 * filters of a layer form clusters, of which one each is enough. Filters of norm 1 are clustered bottom-up by average
 * linkage of their Euclidean distance: filters of one direction do the same up to a factor, which the next layer can take
 * over. In every cluster the filter of the largest norm stands for the others, so a merge makes one of two such
 * representatives redundant, and the height of that merge is its importance. The m most important filters are then the
 * representatives of the clustering into m clusters, for every m. A filter of zeros has the importance 0; the one that
 * stands for all has 2, the largest distance that there is.
 */
export function clusterScores(rows: FilterRows): Float64Array {
  const strengths = squaredNorms(rows);
  const scores = new Float64Array(rows.count);
  const filters = [...strengths.keys()].filter((filter) => (strengths[filter] ?? 0) > 0);
  const strengthOf = (filter: number): number => strengths[filter] ?? 0;
  const representatives = [...filters];
  for (const { a, b, height } of averageLinkage(directionDistances(rows, filters))) {
    const [one, other] = [representatives[a] ?? 0, representatives[b] ?? 0];
    const isOther = strengthOf(other) > strengthOf(one) || (strengthOf(other) === strengthOf(one) && other < one);
    scores[isOther ? one : other] = height;
    representatives[a] = isOther ? other : one;
  }
  const [last] = representatives;
  if (last !== undefined) scores[last] = FARTHEST;
  return scores;
}

function squaredNorms({ count, length, values }: FilterRows): Float64Array {
  return Float64Array.from({ length: count }, (_, row) =>
    values.subarray(row * length, (row + 1) * length).reduce((sum, value) => sum + value * value, 0),
  );
}

/** Euclidean distances between some rows at norm 1. */
function directionDistances(rows: FilterRows, filters: readonly number[]): PairTable {
  const squares = squaredDistances(normalisedRows(rows));
  const table = new PairTable(filters.length);
  for (const [a, first] of filters.entries()) {
    for (const [b, second] of filters.entries()) {
      if (b < a) table.set(b, a, Math.sqrt(squares.at(first, second)));
    }
  }
  return table;
}
