import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { median, quantile } from './quantile.js';

const values = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 40 });

test('the quantiles of 1 to 5 are those that R gives for type 7', () => {
  const sorted = Float64Array.of(1, 2, 3, 4, 5);
  expect([0, 0.1, 0.25, 0.5, 0.9, 1].map((p) => quantile(sorted, p))).toEqual([1, 1.4, 2, 3, 4.6, 5]);
});

test('a quantile lies between the extremes and never falls as p grows', () => {
  fc.assert(
    fc.property(
      values,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (xs, a, b) => {
        const sorted = Float64Array.from(xs).sort();
        const low = quantile(sorted, Math.min(a, b));
        const high = quantile(sorted, Math.max(a, b));
        expect(low).toBeGreaterThanOrEqual(Math.min(...xs));
        expect(high).toBeLessThanOrEqual(Math.max(...xs));
        expect(low).toBeLessThanOrEqual(high + 1e-9 * Math.abs(high));
      },
    ),
  );
});

test('the median of values in any order is the middle one, or the mean of the two', () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});
