import { expect, test } from '@jest/globals';
import { isOver, retryAfterMs } from './canary-schedule.js';

test('a device that fails is tried again after 5 s, then ever more rarely, and every 5 minutes in the end', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 1000].map(retryAfterMs)).toEqual([
    5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000,
  ]);
});

test('an interval of 0 is never over', () => {
  expect(isOver(0, Number.POSITIVE_INFINITY)).toBe(false);
  expect(isOver(60_000, 59_999)).toBe(false);
  expect(isOver(60_000, 60_000)).toBe(true);
});
