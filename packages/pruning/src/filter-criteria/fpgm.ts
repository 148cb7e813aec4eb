import type { FilterRows } from './filter-rows.js';
import { squaredDistances } from './pairwise.js';

/**
 * Filter pruning by geometric median (FPGM, arXiv 1811.00250): Σ_j ‖w_i − w_j‖₂, the sum of the Euclidean distances of a
 * filter to all others. The least is nearest to the geometric median of the layer, so the others can stand for it.
 */
export function medianDistances(rows: FilterRows): Float64Array {
  const distances = squaredDistances(rows);
  const sums = new Float64Array(rows.count);
  for (let a = 0; a < rows.count; a++) {
    for (let b = 0; b < a; b++) {
      const distance = Math.sqrt(distances.at(a, b));
      sums[a] = (sums[a] ?? 0) + distance;
      sums[b] = (sums[b] ?? 0) + distance;
    }
  }
  return sums;
}
