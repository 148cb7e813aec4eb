import { expect, test } from '@jest/globals';
import { timerCostMs } from './timing.js';

/** A clock each of whose readings costs so many ms, after every so many of which the process is stopped for a while. */
function clockOf(costMs: number, stops: { readonly every: number; readonly ms: number }) {
  let nowMs = 0;
  let readings = 0;
  return () => {
    readings += 1;
    nowMs += costMs + (readings % stops.every === 0 ? stops.ms : 0);
    return nowMs;
  };
}

test('the cost of the clock is that of a reading, whatever else gets the CPU in between', () => {
  expect(timerCostMs(clockOf(0.0001, { every: 5000, ms: 5 }))).toBeCloseTo(0.0001, 8);
});

test('a clock with coarse steps has the cost that it has on average', () => {
  let exactMs = 0;
  const coarse = (): number => {
    exactMs += 0.0001;
    return Math.floor(exactMs * 1000) / 1000;
  };
  expect(timerCostMs(coarse)).toBeCloseTo(0.0001, 5);
});
