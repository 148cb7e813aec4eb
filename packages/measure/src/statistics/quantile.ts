import { valueAt } from './sample.js';

/**
 * The quantile of ascending values by linear interpolation of the order statistics: with h = (n − 1)·p, the value
 * x₍⌊h⌋₎ + (h − ⌊h⌋)·(x₍⌊h⌋₊₁₎ − x₍⌊h⌋₎), counting from 0. Type 7 of Hyndman and Fan (1996), the default of R and NumPy.
 * @param sorted ascending, at least one value
 * @param p in [0, 1]
 */
export function quantile(sorted: Float64Array, p: number): number {
  const position = (sorted.length - 1) * p;
  const below = Math.floor(position);
  const low = valueAt(sorted, below);
  return below + 1 < sorted.length ? low + (position - below) * (valueAt(sorted, below + 1) - low) : low;
}

/** The median of values in any order. */
export function median(values: Iterable<number>): number {
  return quantile(Float64Array.from(values).sort(), 0.5);
}
