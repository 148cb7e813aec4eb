import { MeasureError } from '../measure-error.js';

/** The element of a typed array at an index that the caller knows to be inside. */
export function valueAt(values: Float64Array | Int32Array, index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError(`index ${index} is outside of ${values.length} values`);
  return value;
}

/**
 * Two or more finite values in order of time, with their sorted order. It can only be made by {@link Sample.of}, which
 * checks, so nothing behind it checks again.
 */
export class Sample {
  /** In order of time. */
  readonly values: Float64Array;
  /** Ascending. */
  readonly sorted: Float64Array;
  private constructor(values: Float64Array) {
    this.values = values;
    this.sorted = values.toSorted();
  }

  /**
   * @throws MeasureError `sample-invalid` with fewer than two values, or one that is not finite
   */
  static of(values: Iterable<number>): Sample {
    const copy = Float64Array.from(values);
    if (copy.length < 2) throw new MeasureError('sample-invalid', `a sample needs two values, not ${copy.length}`);
    const bad = copy.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new MeasureError('sample-invalid', `value ${bad} of the sample is ${copy[bad]}`);
    return new Sample(copy);
  }

  /** Number of values. */
  get n(): number {
    return this.values.length;
  }
}
