import { expect, test } from '@jest/globals';
import { quantileOf, sortedCopy } from './quantile.js';

test('quantiles lie between order statistics', () => {
  const sorted = [1, 2, 3, 4];
  expect([0, 0.25, 0.5, 1].map((share) => quantileOf(sorted, share))).toEqual([1, 1.75, 2.5, 4]);
});

test('one value is every quantile of itself, and no value has none', () => {
  expect(quantileOf([7], 0.9)).toBe(7);
  expect(quantileOf([], 0.5)).toBeNaN();
});

test('numbers are sorted as numbers, and the sample keeps its order', () => {
  const sample = [10, 9, 2, 33];
  expect(sortedCopy(sample)).toEqual([2, 9, 10, 33]);
  expect(sample).toEqual([10, 9, 2, 33]);
});
