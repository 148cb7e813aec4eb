import { at } from '../latency/vector.js';

/**
 * q(x) = q₀ + 2·w·x + xᵀRx, never negative for any x: the squared norm of an affine function of x.
 */
export interface QuadraticForm {
  readonly constant: number;
  readonly cross: Float64Array;
  /** R, dense and row by row; symmetric. */
  readonly matrix: Float64Array;
}

/**
 * One latency limit over the vector x of removed blocks (0 or 1 each), divided by the limit:
 * upper(x) = mean₀ + mean·x + z·√(c + d·x + q(x)) ≤ 1, where c + d·x is the variance that blocks add independently
 * of each other (c, d ≥ 0) and q(x) the rest.
 */
export interface Cone {
  readonly mean0: number;
  readonly mean: Float64Array;
  readonly z: number;
  readonly constant: number;
  readonly diagonal: Float64Array;
  readonly form: QuadraticForm;
}

/** The half-space coefficients·x ≥ lower. */
export interface LinearRow {
  readonly coefficients: Float64Array;
  readonly lower: number;
}

/** mean₀ + mean·x of a set of positions. */
export function coneMean(cone: Cone, positions: readonly number[]): number {
  return positions.reduce((sum, position) => sum + at(cone.mean, position), cone.mean0);
}

/** The variance under the root, of a set of positions. */
export function coneVariance({ constant, diagonal, form }: Cone, positions: readonly number[]): number {
  let variance = constant + form.constant;
  for (const row of positions) {
    variance += at(diagonal, row) + 2 * at(form.cross, row);
    for (const column of positions) variance += at(form.matrix, row * diagonal.length + column);
  }
  return Math.max(0, variance);
}

/** upper(x) of a set of positions: the one place that decides whether a set is within a limit. */
export function coneUpper(cone: Cone, positions: readonly number[]): number {
  const mean = coneMean(cone, positions);
  return cone.z === 0 ? mean : mean + cone.z * Math.sqrt(coneVariance(cone, positions));
}

/** w + R·x: half the gradient of q. */
export function halfGradient({ cross, matrix }: QuadraticForm, x: Float64Array): Float64Array {
  const gradient = Float64Array.from(cross);
  const size = x.length;
  x.forEach((value, column) => {
    if (value === 0) return;
    for (let row = 0; row < size; row += 1) {
      gradient[row] = at(gradient, row) + value * at(matrix, column * size + row);
    }
  });
  return gradient;
}
