import { expect, test } from '@jest/globals';
import { resolveSpec } from '@espalier/contracts';
import { seededRandom } from '../statistics/random.js';
import { Sample } from '../statistics/sample.js';
import { latencies, shareOf } from '../testing/series.js';
import { remainingMs } from './remaining.js';
import { firstCheck, judge, nextCheck } from './stopping.js';

test('both intervals must be narrow: a noisy control keeps a steady subject waiting', () => {
  const subject = Sample.of(latencies(200, 0, seededRandom(1)));
  const noisy = Sample.of(latencies(200, 0, seededRandom(2)).map((ms) => ms ** 5));
  const rule = resolveSpec({ precision: 0.01 });
  expect(judge(rule, subject).converged).toBe(true);
  const verdict = judge(rule, subject, noisy);
  expect(verdict.converged).toBe(false);
  expect(verdict.relativeHalfWidth).toBeGreaterThan(judge(rule, subject).relativeHalfWidth);
});

function independent(n: number): Sample {
  return Sample.of(latencies(n, 0, seededRandom(1)));
}

test('a tail is not precise before its interval has an upper end', () => {
  const rule = resolveSpec({ statistic: 'p99', precision: 0.1 });
  expect(judge(rule, independent(300))).toEqual({ converged: false, relativeHalfWidth: Number.POSITIVE_INFINITY });
  expect(judge(rule, independent(1000)).converged).toBe(true);
});

test('runs that are worth only a few independent ones do not converge, however alike they are', () => {
  const slowlyWandering = Array.from({ length: 60 }, (_, round) => 10 + 0.01 * Math.sin(round / 15));
  expect(judge(resolveSpec({}), Sample.of(slowlyWandering)).converged).toBe(false);
});

test('looks come at growing distances, the first at minRuns or at the cap before it', () => {
  expect(firstCheck(resolveSpec({ minRuns: 30 }))).toBe(30);
  expect(firstCheck(resolveSpec({ minRuns: 30, maxRuns: 10 }))).toBe(10);
  expect([30, 38, 48].map(nextCheck)).toEqual([38, 48, 60]);
});

test('stopping at the first narrow interval still covers the truth in about 95 % of measurements', () => {
  const TRIALS = 150;
  const random = seededRandom(21);
  const rule = resolveSpec({ precision: 0.005 });
  const coverage = shareOf(TRIALS, () => {
    const all = latencies(1000, 0.5, random);
    let rounds = firstCheck(rule);
    while (rounds < all.length && !judge(rule, Sample.of(all.slice(0, rounds))).converged) rounds = nextCheck(rounds);
    const sorted = Sample.of(all.slice(0, rounds));
    const { relativeHalfWidth } = judge(rule, sorted);
    const median = sorted.sorted[Math.floor(sorted.n / 2)] ?? 0;
    return Math.abs(median / 10 - 1) <= relativeHalfWidth;
  });
  expect(coverage).toBeGreaterThan(0.95 - 0.03 - 3 * Math.sqrt((0.95 * 0.05) / TRIALS));
});

test('what is left is estimated from how the interval narrows, and never beyond the caps', () => {
  const rule = resolveSpec({ precision: 0.01, minRuns: 30, maxRuns: 5000, maxSeconds: 30 });
  const at = (rounds: number, relativeHalfWidth: number | undefined, elapsedMs = rounds * 10): number =>
    remainingMs(rule, { rounds, elapsedMs, relativeHalfWidth });
  expect(at(10, undefined)).toBeCloseTo(200);
  expect(at(100, 0.02)).toBeCloseTo(3000);
  expect(at(100, 0.01)).toBe(0);
  expect(at(100, 0.5)).toBe(29_000);
  expect(at(100, undefined, 40_000)).toBe(0);
});
