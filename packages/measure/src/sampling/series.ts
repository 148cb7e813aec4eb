const FIRST_CAPACITY = 1024;

/** A growing series of numbers at 8 bytes each, so that a million rounds leave nothing for the garbage collector to do. */
export class Series {
  #values = new Float64Array(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  /** The values so far, in order; what is pushed later may or may not show in it. */
  values(): Float64Array<ArrayBuffer> {
    return this.#values.subarray(0, this.#length);
  }
}
