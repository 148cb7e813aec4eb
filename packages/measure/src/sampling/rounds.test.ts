import { expect, test } from '@jest/globals';
import { type MeasurementSpec, resolveSpec } from '@espalier/contracts';
import { seededRandom } from '../statistics/random.js';
import { normal } from '../testing/series.js';
import type { TimedArtifact } from './artifact.js';
import { pacerOf } from './pacing.js';
import type { RoundsSoFar } from './remaining.js';
import { runRounds, runsPerSample } from './rounds.js';

/** A machine with a clock of its own, on which every run of an artifact takes its median times noise. */
function machine(noise: number, seed = 1) {
  const random = seededRandom(seed);
  const order: string[] = [];
  let nowMs = 0;
  const artifact = (name: string, medianMs: number): TimedArtifact => ({
    time(runs) {
      order.push(name);
      let totalMs = 0;
      for (let run = 0; run < runs; run++) totalMs += medianMs * Math.exp(noise * normal(random));
      nowMs += totalMs;
      return Promise.resolve(totalMs);
    },
  });
  return { now: () => nowMs, artifact, order };
}

const noWait = (): Promise<void> => Promise.resolve();

/** Everything but the clock and what is typical. */
function senses(seed = 1) {
  const random = seededRandom(seed);
  const pacer = pacerOf({ kind: 'back-to-back' }, { now: () => 0, sleepUntil: noWait, random });
  return { onProgress: () => undefined, timerCostMs: 0, backToBack: true, random, pacer };
}

/** All of the work of a rule for one process. */
function whole({ maxRuns, maxSeconds }: MeasurementSpec) {
  return { share: 1, maxRuns, maxSeconds };
}

async function roundsFor(noise: number, share = 1): Promise<number> {
  const { now, artifact } = machine(noise);
  const rule = resolveSpec({});
  const part = { ...whole(rule), share };
  const result = await runRounds([artifact('subject', 50)], rule, part, { ...senses(), now, typicalMs: [50] });
  return result.atMs.length;
}

test('rounds stop once the interval is as narrow as asked, sooner when there is less noise', async () => {
  const quiet = await roundsFor(0.005);
  const noisy = await roundsFor(0.1);
  expect(quiet).toBeGreaterThanOrEqual(30);
  expect(quiet).toBeLessThan(100);
  expect(noisy).toBeGreaterThan(200);
  expect(noisy).toBeLessThan(1500);
});

test('every round runs every artifact once, and each goes first in about half of them', async () => {
  const { now, artifact, order } = machine(0.2);
  const set = [artifact('subject', 50), artifact('control', 60)];
  const rule = resolveSpec({ maxRuns: 400, maxSeconds: 3600, precision: 0.0005 });
  const result = await runRounds(set, rule, whole(rule), { ...senses(2), now, typicalMs: [50, 60] });
  expect(result.samplesMs.map(({ length }) => length)).toEqual([400, 400]);
  const pairs = order.filter((_, index) => index % 2 === 0).map((first, index) => [first, order[2 * index + 1]]);
  expect(pairs.every(([first, second]) => first !== second)).toBe(true);
  const subjectFirst = pairs.filter(([first]) => first === 'subject').length;
  expect(Math.abs(subjectFirst - 200)).toBeLessThan(40);
});

test('the cap in seconds ends the rounds', async () => {
  const { now, artifact } = machine(0.5);
  const rule = resolveSpec({ maxSeconds: 2, precision: 0.0005 });
  const set = [artifact('subject', 50)];
  const result = await runRounds(set, rule, whole(rule), { ...senses(), now, typicalMs: [50] });
  expect(now()).toBeGreaterThanOrEqual(2000);
  expect(now()).toBeLessThan(2500);
  expect(result.samplesMs[0]?.length).toBe(result.atMs.length);
});

test('even a model slower than the cap gives two values', async () => {
  const { now, artifact } = machine(0.01);
  const rule = resolveSpec({ maxSeconds: 1 });
  const set = [artifact('subject', 5000)];
  const result = await runRounds(set, rule, whole(rule), { ...senses(), now, typicalMs: [5000] });
  expect(result.samplesMs[0]).toHaveLength(2);
});

test('a fast model is watched for half a second even when its interval is narrow at once', async () => {
  const { now, artifact } = machine(0.001);
  const set = [artifact('subject', 1)];
  const rule = resolveSpec({});
  const result = await runRounds(set, rule, whole(rule), { ...senses(), now, typicalMs: [1] });
  expect(result.atMs.length).toBeGreaterThanOrEqual(499);
});

test('the round after a look is not kept when the model is fast, for the look cools its caches', async () => {
  const { now, artifact, order } = machine(0.2);
  const rule = resolveSpec({ maxRuns: 2000, precision: 0.0005 });
  const set = [artifact('subject', 1)];
  const result = await runRounds(set, rule, whole(rule), { ...senses(), now, typicalMs: [1] });
  expect(result.droppedRounds).toBeGreaterThan(3);
  expect(order).toHaveLength(result.atMs.length + result.droppedRounds);
});

test('runs are timed in groups only where the timer would cost more than a thousandth, and never for a tail', () => {
  const timerCostMs = 0.00005;
  expect(runsPerSample('p50', 1, timerCostMs)).toBe(1);
  expect(runsPerSample('p50', 0.01, timerCostMs)).toBe(5);
  expect(runsPerSample('mean', 0.01, timerCostMs)).toBe(5);
  expect(runsPerSample('p99', 0.01, timerCostMs)).toBe(1);
});

test('a group counts as one value, per run', async () => {
  const { now, artifact } = machine(0.01);
  const rule = resolveSpec({ maxRuns: 50, precision: 0.0005 });
  const options = { ...senses(), timerCostMs: 0.0001, now, typicalMs: [0.02] };
  const result = await runRounds([artifact('subject', 0.02)], rule, whole(rule), options);
  expect(result.runsPerSample).toEqual([5]);
  for (const ms of result.samplesMs[0] ?? []) expect(Math.abs(ms - 0.02)).toBeLessThan(0.002);
});

test('a process that does a third of the work runs fewer rounds than one that does it all', async () => {
  const third = await roundsFor(0.1, 3);
  expect(third).toBeGreaterThanOrEqual(10);
  expect(third).toBeLessThan(await roundsFor(0.1));
});

test('with gaps between the runs the first rounds settle the device, and no runs are timed in groups', async () => {
  const { now, artifact, order } = machine(0.01);
  const rule = resolveSpec({ maxRuns: 20 });
  const options = { ...senses(), now, backToBack: false, timerCostMs: 0.0001, typicalMs: [0.02] };
  const result = await runRounds([artifact('subject', 0.02)], rule, whole(rule), options);
  expect(result.runsPerSample).toEqual([1]);
  expect(order).toHaveLength(result.atMs.length + result.droppedRounds);
  expect(result.droppedRounds).toBe(3);
});

test('progress is told twice a second, and goes on', async () => {
  const { now, artifact } = machine(0.2);
  const rule = resolveSpec({ maxRuns: 300, precision: 0.0005 });
  const told: RoundsSoFar[] = [];
  await runRounds([artifact('subject', 50)], rule, whole(rule), {
    ...senses(),
    now,
    typicalMs: [50],
    onProgress: (soFar) => told.push(soFar),
  });
  const elapsed = told.map(({ elapsedMs }) => elapsedMs);
  expect(told.length).toBeGreaterThan(5);
  expect(elapsed.slice(1).every((ms, index) => ms - (elapsed[index] ?? 0) >= 500)).toBe(true);
  expect(told.at(-1)?.relativeHalfWidth).toBeGreaterThan(0);
});

test('a series grows with the rounds', async () => {
  const { now, artifact } = machine(0.01);
  const rule = resolveSpec({ maxRuns: 1_000_000, maxSeconds: 3600, precision: 0.0005, statistic: 'p99' });
  const part = { ...whole(rule), maxRuns: 20_000 };
  const result = await runRounds([artifact('subject', 0.1)], rule, part, { ...senses(), now, typicalMs: [0.1] });
  expect(result.samplesMs[0]).toHaveLength(20_000);
  expect(result.samplesMs[0]?.every((ms) => ms > 0)).toBe(true);
  expect(result.atMs).toHaveLength(20_000);
});
