import { PlannerError } from '../errors.js';
import { at } from './vector.js';

/** Lower triangle L of A = L·Lᵀ, dense and row by row. */
export interface Cholesky {
  readonly size: number;
  readonly lower: Float64Array;
}

/**
 * Factors a symmetric positive definite matrix of `size` rows, given dense and row by row (Golub & Van Loan,
 * Matrix Computations, algorithm 4.2.1 in its row-oriented form).
 * @throws PlannerError `matrix-not-positive`
 */
export function cholesky(matrix: Float64Array, size: number): Cholesky {
  const lower = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = at(matrix, row * size + column);
      for (let k = 0; k < column; k += 1) sum -= at(lower, row * size + k) * at(lower, column * size + k);
      lower[row * size + column] = row === column ? pivot(sum, row) : sum / at(lower, column * size + column);
    }
  }
  return { size, lower };
}

/** x of L·x = b, that is half of a solve: ‖x‖² = bᵀA⁻¹b. */
export function solveLower({ size, lower }: Cholesky, right: Float64Array): Float64Array {
  const x = Float64Array.from(right);
  for (let row = 0; row < size; row += 1) {
    let sum = at(x, row);
    for (let k = 0; k < row; k += 1) sum -= at(lower, row * size + k) * at(x, k);
    x[row] = sum / at(lower, row * size + row);
  }
  return x;
}

/** x of A·x = b. */
export function solveCholesky(factor: Cholesky, right: Float64Array): Float64Array {
  const { size, lower } = factor;
  const x = solveLower(factor, right);
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = at(x, row);
    for (let k = row + 1; k < size; k += 1) sum -= at(lower, k * size + row) * at(x, k);
    x[row] = sum / at(lower, row * size + row);
  }
  return x;
}

/** log det A. */
export function logDeterminant({ size, lower }: Cholesky): number {
  let sum = 0;
  for (let row = 0; row < size; row += 1) sum += Math.log(at(lower, row * size + row));
  return 2 * sum;
}

function pivot(square: number, row: number): number {
  if (square > 0) return Math.sqrt(square);
  throw new PlannerError('matrix-not-positive', `The matrix is not positive definite: pivot ${square} in row ${row}`);
}
