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
 * layer behind a 7 × 7 map of 512 channels would take minutes; each convolution of the usual networks is below.
 */
const MOST_DIFFERENCES = 2.5e9;

/** Folded rows are at least this long, so that a squared distance is off by some 9 % of itself at most times. */
const SHORTEST_FOLD = 256;

/** How long rows may be so that all pairs of them can be compared in time. */
export function comparableLength(filters: number): number {
  const pairs = (filters * (filters - 1)) / 2;
  return Math.max(SHORTEST_FOLD, Math.floor(MOST_DIFFERENCES / Math.max(pairs, 1)));
}

/**
 * The weights of every filter over all given layers, one behind the other; zeros where a layer has no part in it. Rows
 * longer than `longest` are folded to that length by a count sketch (Charikar, Chen, Farach-Colton 2002): every weight is
 * added to or taken from one place, drawn from a fixed seed and the same for all filters. Squared distances keep their
 * expectation, with a relative standard deviation of √(2 / longest), and equal filters stay equal.
 */
export function filterRows(
  layers: readonly SliceValues[],
  filters: readonly number[],
  longest = comparableLength(filters.length),
): FilterRows {
  const lengths = layers.map(({ channelsOf, perChannel }) => perChannel * Math.max(0, ...filters.map(channelsOf)));
  const whole = lengths.reduce((sum, length) => sum + length, 0);
  const length = Math.min(whole, longest);
  const { places, signs } = foldOf(whole, length);
  const values = new Float32Array(filters.length * length);
  let offset = 0;
  for (const [index, { values: weights, visit }] of layers.entries()) {
    for (const [row, filter] of filters.entries()) {
      let column = offset;
      visit(filter, (start, end) => {
        for (let at = start; at < end; at++, column++) {
          const place = row * length + (places[column] ?? 0);
          values[place] = (values[place] ?? 0) + (signs[column] ?? 1) * (weights[at] ?? 0);
        }
      });
    }
    offset += lengths[index] ?? 0;
  }
  return { count: filters.length, length, values };
}

/** Where every column of a long row goes in a short one, and with which sign; columns stay where there is room for all. */
function foldOf(whole: number, length: number): { places: Int32Array; signs: Int8Array } {
  if (whole === length) {
    return { places: Int32Array.from({ length }, (_, column) => column), signs: new Int8Array(length).fill(1) };
  }
  const next = seededRandom('fold of filters');
  return {
    places: Int32Array.from({ length: whole }, () => Math.floor(next() * length)),
    signs: Int8Array.from({ length: whole }, () => (next() < 0.5 ? -1 : 1)),
  };
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
