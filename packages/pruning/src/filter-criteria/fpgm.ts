import { type FilterRows, filterRows } from './filter-rows.js';
import { meanOverLayers } from './norms.js';
import { squaredDistances } from './pairwise.js';
import type { SliceValues } from './slice-values.js';

/**
 * Filter pruning by geometric median (FPGM, arXiv 1811.00250): Σ_j ‖w_i − w_j‖₂ over the other filters of the layer. The
 * least is nearest to the geometric median, so the others can stand for it. The sum is divided by the number of other
 * filters, which changes no order within a layer, and the mean over coupled layers is taken.
 */
export function medianDistances(layers: readonly SliceValues[], filters: number): Float64Array {
  const all = Array.from({ length: filters }, (_, filter) => filter);
  const means = new Map(
    layers.map((layer) => {
      const made = all.filter((filter) => layer.channelsOf(filter) > 0);
      const distances = meanDistances(filterRows([layer], made));
      return [layer, new Map(made.map((filter, row) => [filter, distances[row] ?? 0]))];
    }),
  );
  return meanOverLayers(layers, filters, (layer, filter) => means.get(layer)?.get(filter) ?? 0);
}

/** The mean Euclidean distance of each row to all others; 0 for a single one. */
export function meanDistances(rows: FilterRows): Float64Array {
  const distances = squaredDistances(rows);
  const sums = new Float64Array(rows.count);
  for (let a = 0; a < rows.count; a++) {
    for (let b = 0; b < a; b++) {
      const distance = Math.sqrt(distances.at(a, b));
      sums[a] = (sums[a] ?? 0) + distance;
      sums[b] = (sums[b] ?? 0) + distance;
    }
  }
  return sums.map((sum) => sum / Math.max(1, rows.count - 1));
}
