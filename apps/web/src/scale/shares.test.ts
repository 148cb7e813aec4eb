import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { intensity, sharesOf } from './shares.js';

test('shares sum to one and keep their order', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1 }), (values) => {
      const sorted = values.toSorted((a, b) => a - b);
      const shares = [...sharesOf(new Map(sorted.entries())).values()];
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    }),
  );
});

test('when nothing is important, everything is equally so', () => {
  expect([
    ...sharesOf(
      new Map([
        [3, 0],
        [5, 0],
      ]),
    ).values(),
  ]).toEqual([0.5, 0.5]);
});

test('intensity lies between nothing and the largest value', () => {
  expect(intensity(3, 4)).toBe(0.75);
  expect(intensity(5, 4)).toBe(1);
  expect(intensity(-1, 4)).toBe(0);
  expect(intensity(1, 0)).toBe(0);
});
