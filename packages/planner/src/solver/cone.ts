import { at } from '../latency/vector.js';

/**
 * q(x) = q₀ + 2·w·x + xᵀRx, never negative for any x: the squared norm of an affine function of x.
 */
export interface QuadraticForm {
  readonly constant: number;
  readonly cross: Float64Array;
  /** R, dense and row by row; symmetric. */
  readonly matrix: Float64Array;
  /** Positions whose row of R is not all zero: few, while few sets were measured. */
  readonly support: readonly number[];
}

/** The form with these coefficients. */
export function quadraticForm(constant: number, cross: Float64Array, matrix: Float64Array): QuadraticForm {
  const size = cross.length;
  const support = [...cross.keys()].filter((row) =>
    matrix.subarray(row * size, (row + 1) * size).some((value) => value !== 0),
  );
  return { constant, cross, matrix, support };
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
  const { cross, matrix, support } = form;
  const supported = new Set(support);
  const shared = positions.filter((position) => supported.has(position));
  let variance = constant + form.constant;
  for (const position of positions) variance += at(diagonal, position) + 2 * at(cross, position);
  for (const row of shared) for (const column of shared) variance += at(matrix, row * cross.length + column);
  return Math.max(0, variance);
}

/** upper(x) of a set of positions: the one place that decides whether a set is within a limit. */
export function coneUpper(cone: Cone, positions: readonly number[]): number {
  const mean = coneMean(cone, positions);
  return cone.z === 0 ? mean : mean + cone.z * Math.sqrt(coneVariance(cone, positions));
}

/** w + R·x: half the gradient of q. */
export function halfGradient({ cross, matrix, support }: QuadraticForm, x: Float64Array): Float64Array {
  const gradient = Float64Array.from(cross);
  for (const column of support) {
    const value = at(x, column);
    if (value === 0) continue;
    const line = matrix.subarray(column * x.length, (column + 1) * x.length);
    for (const row of support) gradient[row] = at(gradient, row) + value * at(line, row);
  }
  return gradient;
}

/** Divides a latency, with its variance, by a positive amount: upper(x) ≤ 1 then says that it is at most the amount. */
export function scaleCone({ z, mean0, mean, constant, diagonal, form }: Cone, amount: number): Cone {
  const variance = amount ** 2;
  return {
    z,
    mean0: mean0 / amount,
    mean: mean.map((value) => value / amount),
    constant: constant / variance,
    diagonal: diagonal.map((value) => value / variance),
    form: {
      constant: form.constant / variance,
      cross: form.cross.map((value) => value / variance),
      matrix: form.matrix.map((value) => value / variance),
      support: form.support,
    },
  };
}
