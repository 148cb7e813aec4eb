import { type PartialMeasurementSpec, resolveSpec } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { firstQuota, judgedBy, nextQuota, pilotOverheadSeconds, partOf, type Spent } from './quota.js';
import type { Quota } from '../probe/messages.js';
import type { Verdict } from './stopping.js';

const narrow: Verdict = { converged: true, relativeHalfWidth: 0.005, processesWanted: 3 };
const wide = (processesWanted: number): Verdict => ({ converged: false, relativeHalfWidth: 0.05, processesWanted });

/** How much a process does, at most, and what it costs to start. */
interface Habit {
  readonly runs: number;
  readonly runMs: number;
  readonly overheadMs: number;
}

/** Plays a measurement to its end and returns what its processes did. */
function play(
  partial: PartialMeasurementSpec,
  { runs, runMs, overheadMs }: Habit,
  verdict: (processes: number) => Verdict,
) {
  const rule = resolveSpec(partial);
  const spent: Spent[] = [];
  let quota: Quota | undefined = firstQuota(rule);
  while (quota !== undefined) {
    const part = partOf(quota, overheadMs);
    const kept = Math.max(2, Math.min(runs, part.maxRuns, Math.ceil((part.maxSeconds * 1000) / runMs)));
    spent.push({ runs: kept, samplingMs: kept * runMs, overheadMs, share: part.share });
    quota = nextQuota(rule, spent, () => verdict(spent.length));
  }
  return spent;
}

const usual: Habit = { runs: 100, runMs: 10, overheadMs: 500 };

test('a number of processes is kept to, and each does its share', () => {
  const spent = play({ processes: 4 }, usual, () => narrow);
  expect(spent.map(({ share }) => share)).toEqual([4, 4, 4, 4]);
  expect(play({ processes: 1 }, usual, () => wide(9))).toHaveLength(1);
});

test('a fixed number of processes divide the caps evenly', () => {
  const spent = play({ processes: 3, maxRuns: 40 }, usual, () => narrow);
  expect(spent.map(({ runs }) => runs)).toEqual([13, 13, 14]);
});

test('auto ends after its pilot when that is enough', () => {
  expect(play({}, usual, () => narrow)).toHaveLength(3);
});

test('auto goes on while more is wanted', () => {
  const spent = play({}, usual, (processes) => (processes < 7 ? wide(7) : narrow));
  expect(spent).toHaveLength(7);
});

test('a pilot keeps something back, and more processes use it up', () => {
  const spent = play({ maxSeconds: 12 }, { ...usual, runs: 1_000_000 }, () => wide(64));
  expect(spent.slice(0, 3).map(({ samplingMs }) => samplingMs)).toEqual([3000, 3000, 3000]);
  const all = spent.reduce((sum, { samplingMs }) => sum + samplingMs, 0);
  expect(all).toBeGreaterThan(11_900);
  expect(all).toBeLessThan(12_100);
  expect(Math.min(...spent.map(({ samplingMs }) => samplingMs))).toBeGreaterThanOrEqual(1400);
});

test('what is no sampling is bounded: a model that loads for long is measured in one process', () => {
  const spent = play({ maxSeconds: 20 }, { runs: 1_000_000, runMs: 10, overheadMs: 15_000 }, () => wide(64));
  expect(spent).toHaveLength(1);
  expect(spent[0]).toMatchObject({ share: 1, runs: 2000 });
  expect(judgedBy(resolveSpec({}), spent)).toMatchObject({ processes: 1 });
});

test('a model that loads for a while has a smaller pilot', () => {
  const spent = play({ maxSeconds: 20 }, { runs: 1_000_000, runMs: 10, overheadMs: 9000 }, () => wide(64));
  expect(spent.map(({ share, runs }) => ({ share, runs }))).toEqual([
    { share: 2, runs: 1000 },
    { share: 2, runs: 1000 },
  ]);
});

test('few runs are not spread over more processes than can use them', () => {
  expect(play({ minRuns: 5, maxRuns: 9 }, usual, () => wide(9))).toHaveLength(1);
  expect(play({ minRuns: 5, maxRuns: 12 }, usual, () => wide(9))).toHaveLength(2);
  expect(play({ minRuns: 5, maxRuns: 9, processes: 64 }, usual, () => wide(9))).toHaveLength(4);
});

test('whatever the spec, the caps hold, but for the two runs that a process needs', () => {
  fc.assert(
    fc.property(
      fc.record({
        maxRuns: fc.integer({ min: 5, max: 100_000 }),
        maxSeconds: fc.double({ min: 0.1, max: 100, noNaN: true }),
        processes: fc.oneof(fc.constant('auto' as const), fc.integer({ min: 1, max: 64 })),
      }),
      fc.record({
        runs: fc.integer({ min: 2, max: 10_000 }),
        runMs: fc.double({ min: 0.01, max: 3000, noNaN: true }),
        overheadMs: fc.double({ min: 300, max: 60_000, noNaN: true }),
      }),
      fc.integer({ min: 1, max: 64 }),
      (partial, habit, wanted) => {
        const spent = play(partial, habit, (processes) => (processes < wanted ? wide(wanted) : narrow));
        const total = (of: (each: Spent) => number): number => spent.reduce((sum, each) => sum + of(each), 0);
        expect(total(({ runs }) => runs)).toBeLessThanOrEqual(partial.maxRuns);
        const seconds = total(({ samplingMs }) => samplingMs) / 1000;
        expect(seconds).toBeLessThanOrEqual(partial.maxSeconds + (spent.length * 2 * habit.runMs) / 1000);
        const bound = Math.max(habit.overheadMs, pilotOverheadSeconds(partial) * 1000);
        const most = partial.processes === 'auto' ? bound / habit.overheadMs : partial.processes;
        expect(spent.length).toBeLessThanOrEqual(most);
      },
    ),
    { numRuns: 500 },
  );
});
