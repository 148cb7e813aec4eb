import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { autoregression, latencies, normal, shareOf } from '../testing/series.js';
import { median, quantile } from './quantile.js';
import { seededRandom } from './random.js';
import { ratioOfMedians, ratioOfStatistics } from './ratio.js';
import { Sample } from './sample.js';
import type { Take } from './take.js';

const TRIALS = 80;
const NOISE = 3 * Math.sqrt((0.95 * 0.05) / TRIALS);

test.each([
  { rho: 0, n: 30, truth: 1 },
  { rho: 0.5, n: 100, truth: 1 },
  { rho: 0.8, n: 300, truth: 0.7 },
])('the interval covers the true ratio $truth in 95 % of series with ρ = $rho and n = $n', ({ rho, n, truth }) => {
  const random = seededRandom(8);
  const coverage = shareOf(TRIALS, () => {
    const subject = Sample.of(latencies(n, rho, random, 10 * truth));
    const control = Sample.of(latencies(n, rho, random, 10));
    const { lower, upper } = ratioOfMedians(subject, control);
    return lower <= truth && truth <= upper;
  });
  expect(coverage).toBeGreaterThan(0.95 - NOISE);
});

test.each([
  { statistic: 'p90' as const, z: 1.2815515655446004 },
  { statistic: 'p99' as const, z: 2.3263478740408408 },
  { statistic: 'mean' as const, z: undefined },
])('so does that of the $statistic, of artifacts with different spreads', ({ statistic, z }) => {
  const random = seededRandom(12);
  const series = (medianMs: number, sd: number): Sample =>
    Sample.of(autoregression(800, 0.3, random).map((value) => medianMs * Math.exp(sd * value)));
  const truth = z === undefined ? 0.8 * Math.exp((0.01 ** 2 - 0.03 ** 2) / 2) : 0.8 * Math.exp(z * (0.01 - 0.03));
  const coverage = shareOf(TRIALS, () => {
    const { lower, upper } = ratioOfStatistics([{ series: [series(8, 0.01), series(10, 0.03)] }], 0, 1, statistic);
    return lower <= truth && truth <= upper;
  });
  expect(coverage).toBeGreaterThan(0.95 - 0.01 - NOISE);
});

test('a drift that hits both cancels: the interval covers the truth and is far narrower than the drift', () => {
  const random = seededRandom(3);
  const widths: number[] = [];
  const coverage = shareOf(TRIALS, () => {
    const common = autoregression(100, 0.98, random);
    const series = (medianMs: number): Sample =>
      Sample.of(common.map((drift) => medianMs * Math.exp(0.05 * drift + 0.01 * normal(random))));
    const { lower, upper } = ratioOfMedians(series(8), series(10));
    widths.push(upper - lower);
    return lower <= 0.8 && 0.8 <= upper;
  });
  expect(coverage).toBeGreaterThan(0.95 - 0.01 - NOISE);
  expect(median(widths)).toBeLessThan(0.03);
});

const positive = fc.array(
  fc.tuple(fc.double({ noNaN: true, min: 0.1, max: 100 }), fc.double({ noNaN: true, min: 0.1, max: 100 })),
  {
    minLength: 4,
    maxLength: 60,
  },
);

test('the ratio is that of the two medians, the interval holds it, and swapping the two turns all over', () => {
  fc.assert(
    fc.property(positive, (rounds) => {
      const a = Sample.of(rounds.map(([first]) => first));
      const b = Sample.of(rounds.map(([, second]) => second));
      const there = ratioOfMedians(a, b);
      const back = ratioOfMedians(b, a);
      expect(there.value).toBe(quantile(a.sorted, 0.5) / quantile(b.sorted, 0.5));
      expect(there.lower).toBeLessThanOrEqual(there.value);
      expect(there.upper).toBeGreaterThanOrEqual(there.value);
      expect(Math.log(back.upper)).toBeCloseTo(-Math.log(there.lower), 9);
      expect(Math.log(back.lower)).toBeCloseTo(-Math.log(there.upper), 9);
    }),
  );
});

/** Takes of two equal artifacts whose processes have each their own luck, of which half is that of one artifact alone. */
function luckyTakes(processes: number, sd: number, seed: number): Take[] {
  const random = seededRandom(seed);
  return Array.from({ length: processes }, () => {
    const common = sd * normal(random);
    const series = (): Sample => {
      const luck = common + sd * normal(random);
      return Sample.of(latencies(60, 0.3, random).map((ms) => ms * Math.exp(luck)));
    };
    return { series: [series(), series()] };
  });
}

test.each([0, 0.01, 0.03])(
  'over 5 processes that differ by a standard deviation of %d an artifact against itself is rarely called different',
  (sd) => {
    const alarms = shareOf(TRIALS, (trial) => {
      const { lower, upper } = ratioOfStatistics(luckyTakes(5, sd, trial + 1), 0, 1, 'p50');
      return lower > 1 || upper < 1;
    });
    expect(alarms).toBeLessThan(0.05 + NOISE);
  },
);

test('an interval that pooled such processes as if they were one would cry wolf', () => {
  const alarms = shareOf(TRIALS, (trial) => {
    const takes = luckyTakes(5, 0.03, trial + 1);
    const joined = (index: number): Sample =>
      Sample.of(takes.flatMap(({ series }) => [...(series[index]?.values ?? [])]));
    const { lower, upper } = ratioOfMedians(joined(0), joined(1));
    return lower > 1 || upper < 1;
  });
  expect(alarms).toBeGreaterThan(0.1);
});

test('a tail without a bound says so', () => {
  const random = seededRandom(1);
  const series = [Sample.of(latencies(100, 0, random)), Sample.of(latencies(100, 0, random))];
  expect(ratioOfStatistics([{ series }], 0, 1, 'p99').bounded).toBe(false);
  expect(ratioOfStatistics([{ series }], 0, 1, 'p50').bounded).toBe(true);
});

test('rounds that ran only one of the two are refused', () => {
  expect(() => ratioOfMedians(Sample.of([1, 2, 3]), Sample.of([1, 2]))).toThrow(RangeError);
  expect(() => ratioOfStatistics([{ series: [Sample.of([1, 2])] }], 0, 1, 'p50')).toThrow(RangeError);
});
