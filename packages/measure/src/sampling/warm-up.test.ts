import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSteady, warmUp } from './warm-up.js';

test('a series that still falls by more than 2 % from window to window is not steady', () => {
  const falling = Array.from({ length: 40 }, (_, run) => 20 * 0.97 ** run);
  expect(isSteady(falling)).toBe(false);
  expect(isSteady([...falling, ...Array.from({ length: 20 }, () => 20 * 0.97 ** 40)])).toBe(true);
});

test('getting slower is no reason to go on warming up', () => {
  expect(isSteady(Array.from({ length: 40 }, (_, run) => 20 * 1.05 ** run))).toBe(true);
});

test('too few runs for two windows of 50 ms and three runs are never steady', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: 0.001, max: 1 }), { maxLength: 49 }), (timesMs) => {
      expect(isSteady(timesMs)).toBe(false);
    }),
  );
  expect(isSteady([1000, 1000, 1000, 1000, 1000])).toBe(false);
  expect(isSteady([1000, 1000, 1000, 1000, 1000, 1000])).toBe(true);
});

/** Two artifacts on a clock of their own: run r takes what `msOf` says. */
function simulated(msOf: (run: number) => number) {
  let nowMs = 0;
  const artifact = () => {
    let run = 0;
    return {
      time: (runs: number) => {
        let total = 0;
        for (let each = 0; each < runs; each++) total += msOf(run++);
        nowMs += total;
        return Promise.resolve(total);
      },
    };
  };
  return { now: () => nowMs, set: [artifact(), artifact()] as const };
}

test('warm-up goes on until both artifacts are steady and tells what is typical then', async () => {
  const { now, set } = simulated((run) => 10 + 40 * Math.exp(-run / 10));
  const seen: number[] = [];
  const result = await warmUp(set, { now, maxMs: 60_000, onRound: (runs) => seen.push(runs) });
  expect(result.steady).toBe(true);
  expect(result.runs).toBeGreaterThan(25);
  expect(seen).toEqual(Array.from({ length: result.runs }, (_, index) => index + 1));
  for (const ms of result.typicalMs) expect(Math.abs(ms - 10)).toBeLessThan(1.5);
});

test('a model that never settles stops at the cap and says so', async () => {
  const { now, set } = simulated((run) => 100 * 0.95 ** run + 1e-6);
  const result = await warmUp(set, { now, maxMs: 1000, onRound: () => undefined });
  expect(result.steady).toBe(false);
  expect(now()).toBeLessThan(1300);
});
