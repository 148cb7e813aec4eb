import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { driftOverSample, driftPerMs } from './drift.js';
import { Sample } from './sample.js';

test('a steady rise is found as a share of the median, whatever lies beside it', () => {
  const atMs = Float64Array.from({ length: 400 }, (_, round) => round * 5);
  const values = [...atMs].map((ms, round) => (round % 10 === 3 ? 80 : 10 + 0.001 * ms));
  expect(driftPerMs(Sample.of(values), atMs)).toBeCloseTo(0.001 / 11, 5);
});

test('the slope is the median of the slopes between all pairs', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: 1, max: 2 }), { minLength: 2, maxLength: 20 }), (values) => {
      const atMs = Float64Array.from(values.keys());
      const slopes = values
        .flatMap((from, i) => values.slice(i + 1).map((to, gap) => (to - from) / (gap + 1)))
        .toSorted((a, b) => a - b);
      const middle = (slopes.length - 1) / 2;
      const slope = ((slopes[Math.floor(middle)] ?? 0) + (slopes[Math.ceil(middle)] ?? 0)) / 2;
      const sample = Sample.of(values);
      const median =
        ((sample.sorted[Math.floor((values.length - 1) / 2)] ?? 0) +
          (sample.sorted[Math.ceil((values.length - 1) / 2)] ?? 0)) /
        2;
      expect(driftPerMs(sample, atMs)).toBeCloseTo(slope / median, 9);
      expect(driftOverSample(sample, atMs)).toBeCloseTo((slope / median) * (values.length - 1), 8);
    }),
  );
});

test('rounds at one and the same time have no drift', () => {
  expect(driftPerMs(Sample.of([1, 2]), Float64Array.of(3, 3))).toBe(0);
});
