import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PlannerError } from '../errors.js';
import { seededRandom } from '../testing/random.js';
import { cholesky, logDeterminant, solveCholesky } from './cholesky.js';
import { at, dot } from './vector.js';

/** B·Bᵀ + I: positive definite whatever B is. */
function positiveMatrix(random: () => number, size: number): Float64Array {
  const rows = Array.from({ length: size }, () => Float64Array.from({ length: size }, () => random() - 0.5));
  return Float64Array.from(rows.flatMap((a, row) => rows.map((b, column) => dot(a, b) + (row === column ? 1 : 0))));
}

test('the solution of a positive definite system satisfies it', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 20 }), (seed, size) => {
      const random = seededRandom(seed);
      const matrix = positiveMatrix(random, size);
      const right = Float64Array.from({ length: size }, () => random());
      const x = solveCholesky(cholesky(matrix, size), right);
      for (let row = 0; row < size; row += 1) {
        expect(dot(matrix.subarray(row * size, (row + 1) * size), x)).toBeCloseTo(at(right, row), 10);
      }
    }),
    { numRuns: 50 },
  );
});

test('the determinant of a small matrix is the one that is computed by hand', () => {
  expect(Math.exp(logDeterminant(cholesky(Float64Array.of(4, 2, 2, 3), 2)))).toBeCloseTo(8, 12);
});

test('a matrix that is not positive definite is refused, with the row where it shows', () => {
  expect(() => cholesky(Float64Array.of(1, 2, 2, 1), 2)).toThrow(PlannerError);
  expect(() => cholesky(Float64Array.of(1, 2, 2, 1), 2)).toThrow('row 1');
});
