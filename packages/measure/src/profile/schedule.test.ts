import { expect, test } from '@jest/globals';
import { seededRandom } from '../statistics/random.js';
import { alternate, batchLength, type ScheduleOptions } from './schedule.js';

/** Two sessions on a clock of their own: a plain run takes `plainMs`, a profiled one `profiledMs`. */
function sessions(plainMs: number, profiledMs: number) {
  let nowMs = 0;
  const order: string[] = [];
  const session = (name: string, ms: number) => ({
    time: () => {
      nowMs += ms;
      order.push(name);
      return Promise.resolve(ms);
    },
  });
  return {
    plain: session('plain', plainMs),
    profiled: session('profiled', profiledMs),
    empty: session('empty', 0.01),
    order,
    now: () => nowMs,
  };
}

async function alternating(plainMs: number, profiledMs: number, changes: Partial<ScheduleOptions> = {}) {
  const { plain, profiled, empty, order, now } = sessions(plainMs, profiledMs);
  const runs = await alternate(
    { plain, profiled, empty },
    {
      typicalMs: plainMs,
      minRuns: 30,
      maxRuns: 100_000,
      maxMs: 10_000,
      now,
      random: seededRandom(1),
      onBatch: () => undefined,
      ...changes,
    },
  );
  return { ...runs, order, elapsedMs: now() };
}

test('long runs alternate one by one, and all are kept', async () => {
  const { plainMs, profiled, order } = await alternating(80, 90);
  expect(batchLength(80)).toBe(1);
  expect(plainMs).toHaveLength(30);
  expect(profiled).toHaveLength(30);
  expect(profiled.every(({ kept }) => kept)).toBe(true);
  const pairs = order.filter((name) => name !== 'empty');
  for (let pair = 0; pair < pairs.length; pair += 2) expect(new Set(pairs.slice(pair, pair + 2)).size).toBe(2);
});

test('short runs come in batches, whose first run is not kept', async () => {
  const { plainMs, profiled } = await alternating(1, 1.5);
  expect(batchLength(1)).toBe(25);
  expect(profiled.filter(({ kept }) => !kept)).toHaveLength(profiled.length / 25);
  expect(plainMs).toHaveLength((profiled.length / 25) * 24);
});

test('runs go on for two seconds, and end at the caps of runs and of time', async () => {
  expect((await alternating(1, 1)).elapsedMs).toBeGreaterThanOrEqual(2000);
  expect((await alternating(1, 1, { maxRuns: 60 })).profiled.length).toBeLessThanOrEqual(60);
  expect((await alternating(80, 90, { maxMs: 1000 })).elapsedMs).toBeLessThan(1200);
  expect((await alternating(80, 90, { maxRuns: 1 })).profiled).toHaveLength(1);
});

test('the empty model runs once after each batch of the profiled one', async () => {
  const { order, emptyMs, profiled } = await alternating(1, 1.5);
  expect(emptyMs).toHaveLength(profiled.length / 25);
  const before = order.flatMap((name, place) => (name === 'empty' ? [order[place - 1]] : []));
  expect(new Set(before)).toEqual(new Set(['profiled']));
});
