import type { SliceValues } from './slice-values.js';

/** Σ|w| (`l1`) or Σw² (`l2`) of every filter over all weights of the given slices. */
export function filterNorms(slices: readonly SliceValues[], filters: number, norm: 'l1' | 'l2'): Float64Array {
  const sums = new Float64Array(filters);
  for (const { values, visit } of slices) {
    for (let filter = 0; filter < filters; filter++) {
      visit(filter, (start, end) => {
        let sum = 0;
        for (let index = start; index < end; index++) {
          const value = values[index] ?? 0;
          sum += norm === 'l1' ? Math.abs(value) : value * value;
        }
        sums[filter] = (sums[filter] ?? 0) + sum;
      });
    }
  }
  return sums;
}
