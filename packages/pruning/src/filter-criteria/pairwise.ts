import type { FilterRows } from './filter-rows.js';

/** A number for every pair of things, the same both ways; it is 0 for a thing and itself. */
export class PairTable {
  readonly count: number;
  readonly #values: Float64Array;

  constructor(count: number) {
    this.count = count;
    this.#values = new Float64Array((count * (count - 1)) / 2);
  }

  at(a: number, b: number): number {
    return a === b ? 0 : (this.#values[this.#place(a, b)] ?? 0);
  }

  /** Sets the number of two different things. */
  set(a: number, b: number, value: number): void {
    this.#values[this.#place(a, b)] = value;
  }

  #place(a: number, b: number): number {
    const [low, high] = a < b ? [a, b] : [b, a];
    return low * this.count - (low * (low + 1)) / 2 + high - low - 1;
  }
}

/**
 * Squared Euclidean distances of all pairs of rows, from differences and not from products, so that equal rows have the
 * distance 0 and near ones lose no digits.
 */
export function squaredDistances({ count, length, values }: FilterRows): PairTable {
  const table = new PairTable(count);
  for (let row = 0; row < count; row++) {
    const a = values.subarray(row * length, (row + 1) * length);
    let other = row + 1;
    // Four rows at a time: each weight of `a` is then read once for four differences, which halves the time.
    for (; other + 3 < count; other += 4) {
      const [b0, b1, b2, b3] = [other * length, (other + 1) * length, (other + 2) * length, (other + 3) * length];
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let index = 0; index < length; index++) {
        const w = a[index] ?? 0;
        const d0 = w - (values[b0 + index] ?? 0);
        const d1 = w - (values[b1 + index] ?? 0);
        const d2 = w - (values[b2 + index] ?? 0);
        const d3 = w - (values[b3 + index] ?? 0);
        s0 += d0 * d0;
        s1 += d1 * d1;
        s2 += d2 * d2;
        s3 += d3 * d3;
      }
      table.set(row, other, s0);
      table.set(row, other + 1, s1);
      table.set(row, other + 2, s2);
      table.set(row, other + 3, s3);
    }
    for (; other < count; other++) {
      let sum = 0;
      for (let index = 0; index < length; index++) {
        sum += ((a[index] ?? 0) - (values[other * length + index] ?? 0)) ** 2;
      }
      table.set(row, other, sum);
    }
  }
  return table;
}
