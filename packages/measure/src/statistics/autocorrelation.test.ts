import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { autoregression } from '../testing/series.js';
import { autocovariances, inflation, optimalBlockLength } from './autocorrelation.js';
import { median } from './quantile.js';
import { seededRandom } from './random.js';

test('autocovariances follow their definition', () => {
  // Mean 2, deviations −1, 0, 1, 0.
  expect([...autocovariances(Float64Array.of(1, 2, 3, 2), 3)]).toEqual([0.5, 0, -0.25, 0]);
});

test.each([0, 0.5, 0.8])('an autoregression with ρ = %d is worth n·(1 − ρ)/(1 + ρ) independent values', (rho) => {
  const random = seededRandom(1);
  const found = Array.from({ length: 40 }, () => inflation(Float64Array.from(autoregression(2000, rho, random))));
  const truth = (1 + rho) / (1 - rho);
  expect(median(found) / truth).toBeGreaterThan(0.85);
  expect(median(found) / truth).toBeLessThan(1.25);
});

function typicalBlockLength(rho: number): number {
  const random = seededRandom(2);
  const series = Array.from({ length: 20 }, () => Float64Array.from(autoregression(1000, rho, random)));
  return median(series.map(optimalBlockLength));
}

test('blocks grow with the memory of the series', () => {
  expect(typicalBlockLength(0)).toBeLessThan(4);
  expect(typicalBlockLength(0.8)).toBeGreaterThan(typicalBlockLength(0.4));
});

test('no series makes nonsense: inflation and block length are at least 1 and finite', () => {
  const series = fc.array(fc.double({ noNaN: true, min: -1000, max: 1000 }), { minLength: 2, maxLength: 60 });
  fc.assert(
    fc.property(series, (values) => {
      const found = [inflation(Float64Array.from(values)), optimalBlockLength(Float64Array.from(values))];
      for (const value of found) expect(value >= 1 && Number.isFinite(value)).toBe(true);
    }),
  );
});
