import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { latencies, shareOf } from '../testing/series.js';
import { meanEstimate, quantileEstimate, relativeHalfWidth, standardDeviation } from './interval.js';
import { quantile } from './quantile.js';
import { seededRandom } from './random.js';
import { Sample } from './sample.js';

const positive = fc.array(fc.double({ noNaN: true, min: 0.001, max: 1000 }), { minLength: 2, maxLength: 80 });

test('an interval holds its estimate and lies within the sample', () => {
  fc.assert(
    fc.property(positive, fc.constantFrom(0.5, 0.9, 0.95, 0.99), (values, p) => {
      const sample = Sample.of(values);
      const { value, lower, upper, effectiveRuns } = quantileEstimate(sample, p);
      expect(value).toBe(quantile(sample.sorted, p));
      expect(lower).toBeLessThanOrEqual(value);
      expect(upper).toBeGreaterThanOrEqual(value);
      expect(lower).toBeGreaterThanOrEqual(Math.min(...values));
      expect(upper).toBeLessThanOrEqual(Math.max(...values));
      expect(effectiveRuns).toBeLessThanOrEqual(values.length);
    }),
  );
});

test('measuring in other units changes the numbers and nothing else', () => {
  fc.assert(
    fc.property(positive, (values) => {
      const inMs = quantileEstimate(Sample.of(values), 0.5);
      const inHalves = quantileEstimate(Sample.of(values.map((value) => value * 2)), 0.5);
      expect(inHalves).toEqual({ ...inMs, value: inMs.value * 2, lower: inMs.lower * 2, upper: inMs.upper * 2 });
    }),
  );
});

test('independent values get the order statistics of the binomial interval', () => {
  // A fixed permutation of 1 … 100 whose neighbours are unlike; the exact ranks for n = 100 are 40 and 61.
  const values = Array.from({ length: 100 }, (_, index) => ((index * 37) % 100) + 1);
  expect(quantileEstimate(Sample.of(values), 0.5)).toMatchObject({ value: 50.5, lower: 40, upper: 61, bounded: true });
});

test('a 99th percentile of 100 runs has no upper bound, and no finite width', () => {
  const estimate = quantileEstimate(Sample.of(latencies(100, 0, seededRandom(1))), 0.99);
  expect(estimate.bounded).toBe(false);
  expect(relativeHalfWidth(estimate)).toBe(Number.POSITIVE_INFINITY);
});

const TRIALS = 200;
/** Three standard errors of a share near 95 % over the trials. */
const NOISE = 3 * Math.sqrt((0.95 * 0.05) / TRIALS);

test.each([
  { rho: 0, n: 30 },
  { rho: 0, n: 300 },
  { rho: 0.5, n: 100 },
  { rho: 0.8, n: 300 },
  { rho: 0.95, n: 1000 },
])('the interval of the median covers the truth in 95 % of series with ρ = $rho and n = $n', ({ rho, n }) => {
  const random = seededRandom(11);
  const coverage = shareOf(TRIALS, () => {
    const { lower, upper } = quantileEstimate(Sample.of(latencies(n, rho, random)), 0.5);
    return lower <= 10 && 10 <= upper;
  });
  expect(coverage).toBeGreaterThan(0.95 - 0.02 - NOISE);
});

test('an interval that took autocorrelated runs for independent would not', () => {
  const random = seededRandom(11);
  const coverage = shareOf(TRIALS, () => {
    const { sorted } = Sample.of(latencies(300, 0.8, random));
    // The binomial ranks for n = 300.
    return (sorted[132] ?? 0) <= 10 && 10 <= (sorted[167] ?? 0);
  });
  expect(coverage).toBeLessThan(0.7);
});

test.each([
  { p: 0.9, z: 1.2815515655446004, n: 300, rho: 0.8 },
  { p: 0.95, z: 1.6448536269514722, n: 500, rho: 0.5 },
  { p: 0.99, z: 2.3263478740408408, n: 1000, rho: 0.5 },
])('so does the interval of the $p quantile with ρ = $rho and n = $n', ({ p, z, n, rho }) => {
  const truth = 10 * Math.exp(0.02 * z);
  const random = seededRandom(5);
  const coverage = shareOf(TRIALS, () => {
    const { lower, upper } = quantileEstimate(Sample.of(latencies(n, rho, random)), p);
    return lower <= truth && truth <= upper;
  });
  expect(coverage).toBeGreaterThan(0.95 - 0.02 - NOISE);
});

test('and that of the mean', () => {
  const truth = 10 * Math.exp(0.02 ** 2 / 2);
  const random = seededRandom(9);
  const coverage = shareOf(TRIALS, () => {
    const { lower, upper } = meanEstimate(Sample.of(latencies(300, 0.8, random)));
    return lower <= truth && truth <= upper;
  });
  expect(coverage).toBeGreaterThan(0.95 - 0.02 - NOISE);
});

test('the standard deviation has the divisor n − 1', () => {
  expect(standardDeviation(Sample.of([1, 2, 3, 4]))).toBeCloseTo(Math.sqrt(5 / 3), 12);
});
