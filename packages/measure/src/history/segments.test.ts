import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '../statistics/random.js';
import { normal } from '../testing/series.js';
import { cutIntoLevels, noiseOfDifferences } from './segments.js';

function around(level: number, count: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => level + normal(random));
}

test('levels that differ by many standard deviations are told apart where they change', () => {
  const series = [...around(0, 12, 1), ...around(10, 9, 2), ...around(-5, 5, 3)];
  expect(cutIntoLevels(series, 1, 5)).toEqual([0, 12, 21]);
});

test('an outlier makes no level of its own', () => {
  const series = around(0, 20, 4);
  series[9] = 80;
  expect(cutIntoLevels(series, 1, 5)).toEqual([0]);
});

test('the noise is that of one value, and a shift hardly enters it', () => {
  const series = around(0, 400, 5);
  expect(noiseOfDifferences(series)).toBeCloseTo(1, 0);
  const shifted = series.map((value, index) => value + (index < 200 ? 0 : 50));
  expect(noiseOfDifferences(shifted) / noiseOfDifferences(series)).toBeCloseTo(1, 1);
  expect(noiseOfDifferences([3])).toBe(0);
});

test('stretches begin at 0, ascend, and hold three values or more each', () => {
  const values = fc.array(fc.double({ noNaN: true, min: -100, max: 100 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(values, (series) => {
      const starts = cutIntoLevels(series, 1, 2);
      expect(starts[0]).toBe(0);
      const ends = [...starts.slice(1), series.length];
      const shortest = Math.min(...starts.map((start, index) => (ends[index] ?? 0) - start));
      expect(shortest).toBeGreaterThanOrEqual(Math.min(3, series.length));
    }),
  );
});
