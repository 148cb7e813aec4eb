import { expect, test } from '@jest/globals';
import { latencies, shareOf } from '../testing/series.js';
import { seededRandom } from './random.js';
import { Sample } from './sample.js';
import { ranksOf, simultaneousRatios } from './simultaneous.js';
import type { Take } from './take.js';

function takesOf(mediansMs: readonly number[], seed: number): Take[] {
  const random = seededRandom(seed);
  return Array.from({ length: 3 }, () => ({
    series: mediansMs.map((ms) => Sample.of(latencies(80, 0.3, random, ms))),
  }));
}

test('four equal artifacts are called different in at most 5 % of comparisons, all six pairs together', () => {
  const TRIALS = 80;
  const alarms = shareOf(TRIALS, (trial) =>
    simultaneousRatios(takesOf([10, 10, 10, 10], trial + 1), 'p50').some(({ different }) => different),
  );
  expect(alarms).toBeLessThan(0.05 + 3 * Math.sqrt((0.95 * 0.05) / TRIALS));
});

test('every pair appears once, its simultaneous interval holds its own', () => {
  const pairs = simultaneousRatios(takesOf([10, 12, 10], 1), 'p50');
  expect(pairs.map(({ a, b }) => [a, b])).toEqual([
    [0, 1],
    [0, 2],
    [1, 2],
  ]);
  for (const { ratio, ci, simultaneousCi } of pairs) {
    expect(simultaneousCi[0]).toBeLessThan(ci[0]);
    expect(ci[0]).toBeLessThan(ratio);
    expect(simultaneousCi[1]).toBeGreaterThan(ci[1]);
  }
});

test('ranks tell apart what differs, and leave equal what does not', () => {
  const medians = [10, 12, 10, 20];
  expect(ranksOf(simultaneousRatios(takesOf(medians, 1), 'p50'), medians.length)).toEqual([1, 3, 1, 4]);
  expect(ranksOf([], 1)).toEqual([1]);
});
