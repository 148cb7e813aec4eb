import { expect, test } from '@jest/globals';
import { autoregression, latencies, normal, shareOf } from '../testing/series.js';
import { resampledRatios } from './block-bootstrap.js';
import { median } from './quantile.js';
import { randomBelow, seededRandom } from './random.js';
import { ratioOfMedians } from './ratio.js';
import { Sample } from './sample.js';

/** The bootstrap as its definition says it: draw blocks of rounds, lay them end to end, take two medians. */
function slowRatios(
  subject: readonly number[],
  control: readonly number[],
  blockLength: number,
  seed: number,
): number[] {
  const random = seededRandom(seed);
  const n = subject.length;
  return Array.from({ length: 50 }, () => {
    const rounds: number[] = [];
    while (rounds.length < n) {
      const start = randomBelow(random, n);
      for (let step = 0; step < blockLength && rounds.length < n; step++) rounds.push((start + step) % n);
    }
    const at = (values: readonly number[]): number => median(rounds.map((round) => values[round] ?? 0));
    return at(subject) / at(control);
  }).toSorted((a, b) => a - b);
}

test.each([
  { n: 24, blockLength: 1 },
  { n: 25, blockLength: 4 },
  { n: 31, blockLength: 7 },
])(
  'counting ranks gives the very ratios of the bootstrap by definition, n = $n in blocks of $blockLength',
  ({ n, blockLength }) => {
    const random = seededRandom(4);
    const subject = latencies(n, 0.5, random, 12);
    const control = latencies(n, 0.5, random, 8);
    const options = { blockLength, resamples: 50, random: seededRandom(6) };
    const fast = resampledRatios(Sample.of(subject), Sample.of(control), options);
    const slow = slowRatios(subject, control, blockLength, 6);
    for (const [index, ratio] of fast.entries()) expect(ratio).toBeCloseTo(slow[index] ?? 0, 12);
  },
);

test('the same seed gives the same interval', () => {
  const random = seededRandom(1);
  const subject = Sample.of(latencies(50, 0.3, random));
  const control = Sample.of(latencies(50, 0.3, random));
  const once = ratioOfMedians(subject, control, seededRandom(2));
  expect(ratioOfMedians(subject, control, seededRandom(2))).toEqual(once);
});

const TRIALS = 100;
const NOISE = 3 * Math.sqrt((0.95 * 0.05) / TRIALS);

test.each([
  { rho: 0, n: 30, truth: 1 },
  { rho: 0.5, n: 100, truth: 1 },
  { rho: 0.8, n: 150, truth: 0.7 },
])('the interval covers the true ratio $truth in 95 % of series with ρ = $rho and n = $n', ({ rho, n, truth }) => {
  const random = seededRandom(8);
  const coverage = shareOf(TRIALS, (trial) => {
    const subject = Sample.of(latencies(n, rho, random, 10 * truth));
    const control = Sample.of(latencies(n, rho, random, 10));
    const { lower, upper } = ratioOfMedians(subject, control, seededRandom(trial));
    return lower <= truth && truth <= upper;
  });
  expect(coverage).toBeGreaterThan(0.95 - 0.03 - NOISE);
});

test('a drift that hits both cancels: the interval covers the truth and is far narrower than the drift', () => {
  const random = seededRandom(3);
  const widths: number[] = [];
  const coverage = shareOf(TRIALS, (trial) => {
    const common = autoregression(100, 0.98, random);
    const series = (medianMs: number): Sample =>
      Sample.of(common.map((drift) => medianMs * Math.exp(0.05 * drift + 0.01 * normal(random))));
    const { lower, upper } = ratioOfMedians(series(8), series(10), seededRandom(trial));
    widths.push(upper - lower);
    return lower <= 0.8 && 0.8 <= upper;
  });
  expect(coverage).toBeGreaterThan(0.95 - 0.03 - NOISE);
  expect(median(widths)).toBeLessThan(0.02);
});

test('rounds that ran only one of the two are refused', () => {
  expect(() => ratioOfMedians(Sample.of([1, 2, 3]), Sample.of([1, 2]), seededRandom(1))).toThrow(RangeError);
});
