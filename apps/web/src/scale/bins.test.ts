import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { binCount, histogramOf, shapeDomain } from './bins.js';
import { sortedCopy } from './quantile.js';

const samples = fc.array(fc.double({ min: 0.01, max: 1000, noNaN: true }), { minLength: 1, maxLength: 300 });

test('every value is in one bin, or counted as below or above', () => {
  fc.assert(
    fc.property(samples, fc.integer({ min: 1, max: 64 }), (sample, count) => {
      const { shares, below, above } = histogramOf(sample, [10, 500], count);
      expect(shares).toHaveLength(count);
      const inBins = shares.reduce((sum, share) => sum + share, 0) * sample.length;
      expect(inBins + below + above).toBeCloseTo(sample.length, 6);
    }),
  );
});

test('a border belongs to the bin above it, and the highest value to the last bin', () => {
  expect(histogramOf([0, 1, 2, 2], [0, 2], 2).shares).toEqual([0.25, 0.75]);
});

test('one run that took a hundred times as long does not hide the shape of ten thousand', () => {
  const sample = sortedCopy([...Array.from({ length: 9_999 }, (_unused, at) => 10 + (at % 100) / 100), 1_000]);
  const domain = shapeDomain([sample]);
  expect(domain[0]).toBe(10);
  expect(domain[1]).toBeLessThan(12);
  expect(histogramOf(sample, domain, binCount([sample], domain)).above).toBe(1);
});

test('at most one value in a hundred lies outside to either side', () => {
  fc.assert(
    fc.property(samples, (sample) => {
      const sorted = sortedCopy(sample);
      const { below, above } = histogramOf(sorted, shapeDomain([sorted]), 20);
      expect(below).toBeLessThanOrEqual(Math.ceil(sorted.length / 100));
      expect(above).toBeLessThanOrEqual(Math.ceil(sorted.length / 100));
    }),
  );
});

test('a common domain holds the middle of all samples, and equal values have a width', () => {
  const [low, high] = shapeDomain([[1, 1.1, 1.2], [5, 5.1, 5.2], []]);
  expect([low, high]).toEqual([1, 5.2]);
  const [from, to] = shapeDomain([[3, 3, 3]]);
  expect(from).toBeLessThan(3);
  expect(to).toBeGreaterThan(3);
  expect(shapeDomain([])).toEqual([0, 1]);
});

test('there are never fewer bins than show a shape, nor more than can be told apart', () => {
  fc.assert(
    fc.property(samples, (sample) => {
      const sorted = sortedCopy(sample);
      const count = binCount([sorted], shapeDomain([sorted]));
      expect(count).toBeGreaterThanOrEqual(12);
      expect(count).toBeLessThanOrEqual(64);
    }),
  );
});
