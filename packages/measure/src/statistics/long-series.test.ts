import { expect, test } from '@jest/globals';
import { autoregression } from '../testing/series.js';
import { inflation } from './autocorrelation.js';
import { seededRandom } from './random.js';

test.each([
  { rho: 0, tau: 1 },
  { rho: 0.5, tau: 3 },
  { rho: 0.95, tau: 39 },
])('a series that is seen as block means has the inflation that theory gives it, ρ = $rho', ({ rho, tau }) => {
  const long = Float64Array.from(autoregression(100_000, rho, seededRandom(4)));
  const halves = [long.subarray(0, 60_000), long.subarray(60_000)];
  expect(inflation([long]) / tau).toBeGreaterThan(0.9);
  expect(inflation([long]) / tau).toBeLessThan(1.1);
  expect(inflation(halves) / inflation([long])).toBeCloseTo(1, 1);
});
