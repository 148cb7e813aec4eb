/**
 * The variance of numbers that come in parts. Parts are joined by their means and sums of squared deviations (Chan, Golub and
 * LeVeque 1979), so that no digits are lost when the mean is large.
 */
export class Spread {
  #count = 0;
  #mean = 0;
  #squares = 0;

  add(values: Float32Array | Float64Array): void {
    if (values.length === 0) return;
    let sum = 0;
    for (let index = 0; index < values.length; index++) sum += values[index] ?? 0;
    const mean = sum / values.length;
    let squares = 0;
    for (let index = 0; index < values.length; index++) squares += ((values[index] ?? 0) - mean) ** 2;
    const total = this.#count + values.length;
    const apart = mean - this.#mean;
    this.#squares += squares + (apart ** 2 * this.#count * values.length) / total;
    this.#mean += (apart * values.length) / total;
    this.#count = total;
  }

  /** Mean squared deviation from the mean; 0 of nothing. */
  get variance(): number {
    return this.#count === 0 ? 0 : this.#squares / this.#count;
  }
}
