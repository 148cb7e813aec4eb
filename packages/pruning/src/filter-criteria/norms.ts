import type { SliceValues } from './slice-values.js';

/**
 * Σ|w| (`l1`) or Σw² (`l2`) of every filter in each of the given layers, as a mean over the layers that have a part in it:
 * where layers are coupled, a filter that more of them make is not more important for that alone.
 */
export function filterNorms(layers: readonly SliceValues[], filters: number, norm: 'l1' | 'l2'): Float64Array {
  return meanOverLayers(layers, filters, (layer, filter) => normOf(layer, filter, norm));
}

/** The mean of a number that each layer has for the filters in which it has a part; 0 for a filter in which none has. */
export function meanOverLayers(
  layers: readonly SliceValues[],
  filters: number,
  numberOf: (layer: SliceValues, filter: number) => number,
): Float64Array {
  const sums = new Float64Array(filters);
  const counts = new Int32Array(filters);
  for (const layer of layers) {
    for (let filter = 0; filter < filters; filter++) {
      if (layer.channelsOf(filter) === 0) continue;
      sums[filter] = (sums[filter] ?? 0) + numberOf(layer, filter);
      counts[filter] = (counts[filter] ?? 0) + 1;
    }
  }
  return sums.map((sum, filter) => sum / Math.max(1, counts[filter] ?? 0));
}

function normOf({ values, visit }: SliceValues, filter: number, norm: 'l1' | 'l2'): number {
  let sum = 0;
  visit(filter, (start, end) => {
    for (let index = start; index < end; index++) {
      const value = values[index] ?? 0;
      sum += norm === 'l1' ? Math.abs(value) : value * value;
    }
  });
  return sum;
}
