import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { latencies, normal, shareOf } from '../testing/series.js';
import { quantileEstimate } from './interval.js';
import { seededRandom } from './random.js';
import { Sample } from './sample.js';
import { statisticEstimate } from './statistic.js';

const TRIALS = 120;
const NOISE = 3 * Math.sqrt((0.95 * 0.05) / TRIALS);

/** Processes of runs around 10 ms, each with its own luck. */
function processes(count: number, betweenSd: number, seed: number, runs = 60): Sample[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const luck = betweenSd * normal(random);
    return Sample.of(latencies(runs, 0.5, random).map((ms) => ms * Math.exp(luck)));
  });
}

test.each([
  { count: 3, sd: 0 },
  { count: 3, sd: 0.003 },
  { count: 3, sd: 0.01 },
  { count: 5, sd: 0.01 },
  { count: 5, sd: 0.03 },
])(
  'the interval covers the truth over $count processes that differ by a standard deviation of $sd',
  ({ count, sd }) => {
    const coverage = shareOf(TRIALS, (trial) => {
      const { lower, upper } = statisticEstimate(processes(count, sd, trial + 1), 'p50');
      return lower <= 10 && 10 <= upper;
    });
    expect(coverage).toBeGreaterThan(0.95 - NOISE);
  },
);

test('pooling processes that do not differ narrows the interval, and shows little variance between them', () => {
  const eight = processes(8, 0, 1, 200);
  const alone = statisticEstimate(eight.slice(0, 1), 'p50');
  const pooled = statisticEstimate(eight, 'p50');
  expect(pooled.upper - pooled.lower).toBeLessThan(0.65 * (alone.upper - alone.lower));
  expect(pooled.betweenSd).toBeLessThan(0.003);
});

test('processes that differ widen it, and their standard deviation is found', () => {
  const same = statisticEstimate(processes(6, 0, 3, 300), 'p50');
  const apart = statisticEstimate(processes(6, 0.03, 3, 300), 'p50');
  expect(apart.upper - apart.lower).toBeGreaterThan(3 * (same.upper - same.lower));
  expect(apart.betweenSd).toBeGreaterThan(0.015);
  expect(apart.betweenSd).toBeLessThan(0.06);
});

/** How much wider the interval of one process is than that of its sample. */
function widening(n: number): number {
  const sample = Sample.of(latencies(n, 0, seededRandom(1)));
  const plain = quantileEstimate(sample, 0.5);
  const corrected = statisticEstimate([sample], 'p50');
  return (corrected.upper - corrected.lower) / (plain.upper - plain.lower);
}

test('one process has the interval of its sample, widened for the looks by less the more runs there are', () => {
  expect(widening(50)).toBeLessThan(1.35);
  expect(widening(2000)).toBeGreaterThan(1);
  expect(widening(2000)).toBeLessThan(1.05);
});

test('quantiles of several processes stay in order, and a process counts once, however many runs it has', () => {
  const few = Sample.of(latencies(100, 0, seededRandom(1), 10));
  const many = Sample.of(latencies(1000, 0, seededRandom(2), 12.1));
  const values = (['p50', 'p90', 'p95', 'p99'] as const).map(
    (statistic) => statisticEstimate([few, many], statistic).value,
  );
  expect(values.toSorted((a, b) => a - b)).toEqual(values);
  expect(values[0]).toBeCloseTo(11, 1);
});

test('a p99 over three processes rests on the runs of all', () => {
  const three = processes(3, 0, 5, 400);
  expect(statisticEstimate(three.slice(0, 1), 'p99').bounded).toBe(false);
  expect(statisticEstimate(three, 'p99').bounded).toBe(true);
});

test('no process has no statistic', () => {
  expect(() => statisticEstimate([], 'p50')).toThrow(RangeError);
});

const positive = fc.array(fc.double({ noNaN: true, min: 0.001, max: 1000 }), { minLength: 2, maxLength: 30 });

test('whatever the processes gave, the interval is made of numbers and holds the estimate', () => {
  const statistics = fc.constantFrom('p50' as const, 'p90' as const, 'p99' as const, 'mean' as const);
  fc.assert(
    fc.property(fc.array(positive, { minLength: 1, maxLength: 4 }), statistics, (takes, statistic) => {
      const { value, lower, upper, betweenSd } = statisticEstimate(
        takes.map((values) => Sample.of(values)),
        statistic,
      );
      expect([value, lower, upper, betweenSd].every(Number.isFinite)).toBe(true);
      expect(lower).toBeLessThanOrEqual(value);
      expect(upper).toBeGreaterThanOrEqual(value);
    }),
  );
});
