import { expect, test } from '@jest/globals';
import { seededRandom } from '../statistics/random.js';
import { leastGapMs, type Pacer, pacerOf } from './pacing.js';

/** A clock that only sleeping and running move. */
function device() {
  let nowMs = 1000;
  return {
    options: {
      now: () => nowMs,
      sleepUntil: (dueMs: number) => {
        nowMs = Math.max(nowMs, dueMs);
        return Promise.resolve();
      },
      random: seededRandom(1),
    },
    pass: (ms: number) => {
      nowMs += ms;
    },
    now: () => nowMs,
  };
}

/** When each of some runs began that take so long. */
async function beginnings(pacer: Pacer, { now, pass }: ReturnType<typeof device>, runs: number, runMs: number) {
  const beganMs: number[] = [];
  for (let run = 0; run < runs; run++) {
    await pacer.turn();
    beganMs.push(now() - 1000);
    pass(runMs);
  }
  return beganMs;
}

test('back to back, nothing waits', async () => {
  const machine = device();
  const pacer = pacerOf({ kind: 'back-to-back' }, machine.options);
  expect(await beginnings(pacer, machine, 3, 7)).toEqual([0, 7, 14]);
  expect(pacer.punctuality()).toBeUndefined();
});

test('an idle gap lies before every run, whatever the run takes', async () => {
  const machine = device();
  const pacer = pacerOf({ kind: 'idle-gap', gapMs: 20 }, machine.options);
  expect(await beginnings(pacer, machine, 3, 7)).toEqual([20, 47, 74]);
});

test('a constant rate begins runs at equal distances, and none is late', async () => {
  const machine = device();
  const pacer = pacerOf({ kind: 'request-rate', perSecond: 50, arrivals: 'constant' }, machine.options);
  expect(await beginnings(pacer, machine, 4, 7)).toEqual([0, 20, 40, 60]);
  expect(pacer.punctuality()).toEqual({ runs: 4, lateRuns: 0, achievedPerSecond: 50 });
});

test('the loop is open: late runs follow at once, and the schedule does not wait for them', async () => {
  const machine = device();
  const pacer = pacerOf({ kind: 'request-rate', perSecond: 50, arrivals: 'constant' }, machine.options);
  await pacer.turn();
  machine.pass(65);
  expect(await beginnings(pacer, machine, 5, 5)).toEqual([65, 70, 75, 80, 100]);
  expect(pacer.punctuality()).toMatchObject({ runs: 6, lateRuns: 3 });
});

test('a rate that cannot be kept shows as late runs and as the rate that was reached', async () => {
  const machine = device();
  const pacer = pacerOf({ kind: 'request-rate', perSecond: 1000, arrivals: 'constant' }, machine.options);
  await beginnings(pacer, machine, 101, 10);
  expect(pacer.punctuality()).toEqual({ runs: 101, lateRuns: 100, achievedPerSecond: 100 });
});

async function chanceArrivals(): Promise<number[]> {
  const machine = device();
  const pacer = pacerOf({ kind: 'request-rate', perSecond: 100, arrivals: 'poisson' }, machine.options);
  return beginnings(pacer, machine, 2001, 0);
}

test('Poisson arrivals have exponential gaps of the mean that was asked for, the same for the same seed', async () => {
  const beganMs = await chanceArrivals();
  const gaps = beganMs.slice(1).map((ms, index) => ms - (beganMs[index] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  expect(Math.abs(mean - 10)).toBeLessThan(1);
  const longer = gaps.filter((gap) => gap > mean).length / gaps.length;
  expect(Math.abs(longer - Math.exp(-1))).toBeLessThan(0.04);
  expect(await chanceArrivals()).toEqual(beganMs);
});

test('a pause moves what follows and makes nobody late', async () => {
  const machine = device();
  const pacer = pacerOf({ kind: 'request-rate', perSecond: 50, arrivals: 'constant' }, machine.options);
  await pacer.turn();
  machine.pass(5);
  pacer.pause();
  machine.pass(1000);
  pacer.resume();
  expect(await beginnings(pacer, machine, 2, 5)).toEqual([1020, 1040]);
  expect(pacer.punctuality()).toEqual({ runs: 3, lateRuns: 0, achievedPerSecond: 50 });
});

test('what a pacing costs at least is known', () => {
  expect(leastGapMs({ kind: 'back-to-back' })).toBe(0);
  expect(leastGapMs({ kind: 'idle-gap', gapMs: 3 })).toBe(3);
  expect(leastGapMs({ kind: 'request-rate', perSecond: 8, arrivals: 'poisson' })).toBe(125);
});
