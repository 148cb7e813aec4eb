import { elementCount } from './constants.js';
import type { FilterWeights } from './weights.js';

/** What is added up over the weights of a filter. */
export type WeightNorm = 'l1' | 'l2';

/**
 * The score of every filter: Σ|w| (`l1`) or Σw² (`l2`) over its weights. Normalised, it is divided by the number of
 * weights that a filter has, so that layers of different fan-in can be compared. Several tensors with the same filters
 * (input and recurrent weights) add up.
 */
export function filterScores(
  tensors: readonly FilterWeights[],
  norm: WeightNorm,
  { normalised }: { normalised: boolean },
): Float64Array {
  const sums = tensors.map((tensor) => filterSums(tensor, norm));
  const filters = sums[0]?.length ?? 0;
  const fanIn = tensors.reduce((sum, { dims }) => sum + elementCount(dims), 0) / filters;
  const scores = new Float64Array(filters);
  for (const sum of sums) {
    for (let filter = 0; filter < filters; filter++) scores[filter] = (scores[filter] ?? 0) + (sum[filter] ?? 0);
  }
  return normalised ? scores.map((score) => score / fanIn) : scores;
}

function filterSums({ dims, filterAxes, values }: FilterWeights, norm: WeightNorm): Float64Array {
  const filters = filterAxes.reduce((product, axis) => product * (dims[axis] ?? 1), 1);
  if (typeof values === 'number') {
    const each = norm === 'l1' ? Math.abs(values) : values * values;
    return new Float64Array(filters).fill(each * (elementCount(dims) / filters));
  }
  const sums = new Float64Array(filters);
  const { inner, filterOf } = filterWalk(dims, filterAxes);
  for (let start = 0, row = 0; start < values.length; start += inner, row++) {
    let sum = 0;
    for (let index = start; index < start + inner; index++) {
      const value = values[index] ?? 0;
      sum += norm === 'l1' ? Math.abs(value) : value * value;
    }
    const filter = filterOf(row);
    sums[filter] = (sums[filter] ?? 0) + sum;
  }
  return sums;
}

/**
 * How to walk a tensor in storage order: `inner` neighbours at a time belong to one filter, and `filterOf` tells which,
 * from the number of the row of neighbours.
 */
function filterWalk(
  dims: readonly number[],
  filterAxes: readonly number[],
): { inner: number; filterOf: (row: number) => number } {
  const lastFilterAxis = Math.max(-1, ...filterAxes);
  const inner = elementCount(dims.slice(lastFilterAxis + 1));
  const outer = dims.slice(0, lastFilterAxis + 1);
  let stride = 1;
  const steps = outer
    .map((size, axis) => ({ size, isFilter: filterAxes.includes(axis) }))
    .toReversed()
    .map(({ size, isFilter }) => {
      const step = { size, stride: isFilter ? stride : 0 };
      if (isFilter) stride *= size;
      return step;
    });
  const filterOf = (row: number): number => {
    let rest = row;
    let filter = 0;
    for (const step of steps) {
      filter += (rest % step.size) * step.stride;
      rest = Math.floor(rest / step.size);
    }
    return filter;
  };
  return { inner, filterOf };
}
