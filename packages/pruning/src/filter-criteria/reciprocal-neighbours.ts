import type { FilterRows } from './filter-rows.js';
import { type PairTable, squaredDistances } from './pairwise.js';

/**
 * Importance by k-reciprocal nearest filters (CLR-RNF, arXiv 2202.07190). For the smallest k for which at least m filters
 * are among the k nearest of every filter (each is its own nearest), these stay; of those that the last step of k added,
 * chance drops as many as are too many. A filter is among the k nearest of all exactly if the worst rank that it has in
 * any filter's order is at most k, so one score tells for every m which stay: filters − worst rank, from 0 up, plus a draw
 * below 1 that breaks ties. Equal distances rank by index.
 *
 * The official code ranks by exp(−squared Euclidean distance), each row divided by its sum: the order of each row is that
 * of the distances themselves.
 */
export function reciprocalScores(rows: FilterRows, next: () => number): Float64Array {
  const worst = worstRanks(squaredDistances(rows));
  return Float64Array.from(worst, (rank) => rows.count - rank + next());
}

/** The largest rank, from 1, that each filter has among the neighbours of any filter. */
function worstRanks(distances: PairTable): Int32Array {
  const { count } = distances;
  const worst = new Int32Array(count);
  const row = new Float64Array(count);
  const taken = new Int32Array(count);
  for (let filter = 0; filter < count; filter++) {
    for (let other = 0; other < count; other++) row[other] = distances.at(filter, other);
    // Numbers alone sort many times faster than pairs; ranks come back by looking the numbers up.
    const sorted = row.slice().sort();
    taken.fill(0);
    for (let other = 0; other < count; other++) {
      const first = lowerBound(sorted, row[other] ?? 0);
      const rank = first + (taken[first] ?? 0) + 1;
      taken[first] = (taken[first] ?? 0) + 1;
      if (rank > (worst[other] ?? 0)) worst[other] = rank;
    }
  }
  return worst;
}

/** Position of the first of ascending values that is not below the given one. */
function lowerBound(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
