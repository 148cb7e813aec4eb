import { seededRandom } from '@espalier/onnx';
import type { SliceValues } from './slice-values.js';

/** Filters as the rows of a matrix, row-major. */
export interface FilterRows {
  readonly count: number;
  readonly length: number;
  readonly values: Float32Array;
}

/**
 * Differences of two weights that a comparison of every filter with every other may take: some seconds. A 4096-wide linear
 * layer behind a 7 × 7 map of 512 channels would take minutes; every convolution of the usual networks is below.
 */
const MOST_DIFFERENCES = 6e9;

/** Folded rows are at least this long, so that a squared distance is off by some 9 % of itself at most times. */
const SHORTEST_FOLD = 256;

/** How long rows may be so that all pairs of them can be compared in time. */
export function comparableLength(filters: number): number {
  const pairs = (filters * (filters - 1)) / 2;
  return Math.max(SHORTEST_FOLD, Math.floor(MOST_DIFFERENCES / Math.max(pairs, 1)));
}

/**
 * The weights of every filter over all given slices, one behind the other. Rows longer than `longest` are folded to that
 * length by a count sketch (Charikar, Chen, Farach-Colton 2002): every weight is added to or taken from one place, drawn
 * from a fixed seed and the same for all filters. Squared distances keep their expectation, with a relative standard
 * deviation of √(2 / longest), and equal filters stay equal.
 */
export function filterRows(
  slices: readonly SliceValues[],
  filters: number,
  longest = comparableLength(filters),
): FilterRows {
  const whole = slices.reduce((sum, { perFilter }) => sum + perFilter, 0);
  if (whole <= longest) {
    const values = new Float32Array(filters * whole);
    everyWeight(slices, filters, (filter, column, value) => {
      values[filter * whole + column] = value;
    });
    return { count: filters, length: whole, values };
  }
  const next = seededRandom('fold of filters');
  const places = Int32Array.from({ length: whole }, () => Math.floor(next() * longest));
  const signs = Int8Array.from({ length: whole }, () => (next() < 0.5 ? -1 : 1));
  const values = new Float32Array(filters * longest);
  everyWeight(slices, filters, (filter, column, value) => {
    const place = filter * longest + (places[column] ?? 0);
    values[place] = (values[place] ?? 0) + (signs[column] ?? 1) * value;
  });
  return { count: filters, length: longest, values };
}

/** Rows divided by their Euclidean norm; rows of zeros stay zeros. */
export function normalisedRows({ count, length, values }: FilterRows): FilterRows {
  const normalised = new Float32Array(values.length);
  for (let row = 0; row < count; row++) {
    const end = (row + 1) * length;
    let square = 0;
    for (let index = row * length; index < end; index++) square += (values[index] ?? 0) ** 2;
    const norm = Math.sqrt(square) || 1;
    for (let index = row * length; index < end; index++) normalised[index] = (values[index] ?? 0) / norm;
  }
  return { count, length, values: normalised };
}

function everyWeight(
  slices: readonly SliceValues[],
  filters: number,
  see: (filter: number, column: number, value: number) => void,
): void {
  let offset = 0;
  for (const { values, perFilter, visit } of slices) {
    for (let filter = 0; filter < filters; filter++) {
      let column = offset;
      visit(filter, (start, end) => {
        for (let index = start; index < end; index++) see(filter, column++, values[index] ?? 0);
      });
    }
    offset += perFilter;
  }
}
