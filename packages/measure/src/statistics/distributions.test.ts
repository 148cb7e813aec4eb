import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { binomialRanks, normalCdf, normalDensity, normalQuantile, student } from './distributions.js';

test('the normal distribution function has its tabulated values', () => {
  expect(normalCdf(0)).toBeCloseTo(0.5, 6);
  expect(normalCdf(1)).toBeCloseTo(0.841345, 6);
  expect(normalCdf(-1.959964)).toBeCloseTo(0.025, 6);
  expect(normalCdf(3)).toBeCloseTo(0.99865, 5);
});

test.each([
  [3, 3.182446],
  [5, 2.570582],
  [10, 2.228139],
  [30, 2.042272],
  [1000, 1.962339],
])("Student's t with %d degrees is within 0.3 %% of its table", (degrees, tabulated) => {
  expect(Math.abs(student(degrees) / tabulated - 1)).toBeLessThan(0.003);
});

test("Student's t leaves out what it is told to", () => {
  expect(student(10, 0.01)).toBeCloseTo(3.169273, 2);
  expect(student(30, 0.05 / 6)).toBeCloseTo(2.8259, 2);
});

test.each([0.001, 0.025, 0.3, 0.5, 0.9, 0.99])(
  'the quantile of the normal distribution undoes its function at %d',
  (p) => {
    expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 6);
  },
);

test('the density is the slope of the distribution function', () => {
  expect(normalDensity(1.2)).toBeCloseTo((normalCdf(1.25) - normalCdf(1.15)) / 0.1, 3);
});

/** P(Binomial(n, p) ≤ k), summed from exact binomial coefficients. */
function binomialCdf(n: number, p: number, k: number): number {
  let coefficient = 1n;
  let sum = 0;
  for (let j = 0; j <= k; j++) {
    sum += Number(coefficient) * p ** j * (1 - p) ** (n - j);
    coefficient = (coefficient * BigInt(n - j)) / BigInt(j + 1);
  }
  return sum;
}

test('the ranks are the innermost that keep each tail within 2.5 %', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 60 }), fc.constantFrom(0.5, 0.9, 0.95), (n, p) => {
      const ranks = Array.from({ length: n }, (_, index) => index + 1);
      const lower = ranks.findLast((rank) => binomialCdf(n, p, rank - 1) <= 0.025);
      const upper = ranks.find((rank) => binomialCdf(n, p, rank - 1) >= 0.975);
      expect(binomialRanks(n, p)).toEqual({ lower, upper });
    }),
  );
});

test('a 99th percentile has no upper bound before 368 values, the least n with 0.99ⁿ ≤ 2.5 %', () => {
  expect(binomialRanks(367, 0.99).upper).toBeUndefined();
  expect(binomialRanks(368, 0.99).upper).toBe(368);
});

test('a hundred thousand draws do not underflow', () => {
  const { lower = 0, upper = 0 } = binomialRanks(100_000, 0.5);
  expect(Math.abs(lower - 49_690)).toBeLessThan(3);
  expect(Math.abs(upper - 50_311)).toBeLessThan(3);
});
