import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { autoregression } from '../testing/series.js';
import { autocovariance, inflation } from './autocorrelation.js';
import { median } from './quantile.js';
import { seededRandom } from './random.js';

test('autocovariances follow their definition', () => {
  // Mean 2, deviations −1, 0, 1, 0.
  expect([0, 1, 2, 3].map(autocovariance([Float64Array.of(1, 2, 3, 2)]))).toEqual([0.5, 0, -0.25, 0]);
});

test.each([0, 0.5, 0.8])('an autoregression with ρ = %d is worth n·(1 − ρ)/(1 + ρ) independent values', (rho) => {
  const random = seededRandom(1);
  const found = Array.from({ length: 40 }, () => inflation([Float64Array.from(autoregression(2000, rho, random))]));
  const truth = (1 + rho) / (1 - rho);
  expect(median(found) / truth).toBeGreaterThan(0.85);
  expect(median(found) / truth).toBeLessThan(1.25);
});

test('no pair reaches from one process into another: a jump between them is no correlation', () => {
  const random = seededRandom(2);
  const levels = [0, 50, 100].map((level) => autoregression(500, 0, random).map((value) => level + value));
  expect(inflation(levels.map((values) => Float64Array.from(values)))).toBeLessThan(1.4);
  expect(inflation([Float64Array.from(levels.flat())])).toBeGreaterThan(20);
});

test('no series makes nonsense: inflation is at least 1 and finite', () => {
  const series = fc.array(fc.double({ noNaN: true, min: -1000, max: 1000 }), { minLength: 2, maxLength: 60 });
  fc.assert(
    fc.property(series, (values) => {
      const found = inflation([Float64Array.from(values)]);
      expect(found >= 1 && Number.isFinite(found)).toBe(true);
    }),
  );
});
