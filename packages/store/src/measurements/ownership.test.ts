import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '@espalier/contracts';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { addAgent, addMeasurement, openScene, profileOf, resultOf, type Scene } from '../testing/scene.js';

let scene: Scene;
let measurementId: string;
let agentId: string;
let otherId: string;

beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => await scene.close());
beforeEach(async () => {
  [measurementId, agentId, otherId] = [
    await addMeasurement(scene.store),
    await addAgent(scene.store, 'one'),
    await addAgent(scene.store, 'two'),
  ];
});

const claim = async (attempt: number, agent = agentId, leaseSeconds = 60) =>
  await scene.store.measurements.claim({ measurementId, attempt, agentId: agent, leaseSeconds });
const deliver = async (attempt: number, outcome: Outcome, agent = agentId) =>
  await scene.store.measurements.deliver({ measurementId, attempt, agentId: agent, outcome });
const get = async () => await scene.store.measurements.get(measurementId);
const success = (p50Ms = 5): Outcome => ({ kind: 'succeeded', result: resultOf(p50Ms) });
const failure = (code: string): Outcome => ({ kind: 'failed', failure: { code, message: 'no', detail: 'segfault' } });

/** Lets the lease of a claim run out and has it reaped. */
async function loseLease(attempt: number, agent = agentId): Promise<void> {
  await claim(attempt, agent, 0.01);
  let reaped = 0;
  while (reaped === 0) {
    await sleep(5);
    reaped = (await scene.store.measurements.reapExpiredLeases()).length;
    if ((await get()).status === 'failed') return;
  }
}

test('a claim says what to measure, and asking twice is as once', async () => {
  const claimed = await claim(1);
  const { subject, spec } = await get();
  expect(claimed).toEqual({
    measurementId,
    attempt: 1,
    kind: 'latency',
    subject,
    control: null,
    target: 'x86-cpu',
    spec,
    leaseSeconds: 60,
  });
  expect(await claim(1)).toEqual(claimed);
  expect(await get()).toMatchObject({ status: 'running', agentId });
});

test('of many agents that want an attempt, one gets it', async () => {
  const agents = await Promise.all(Array.from({ length: 8 }, async (_, at) => await addAgent(scene.store, `a${at}`)));
  const claims = await Promise.allSettled(agents.map(async (agent) => await claim(1, agent)));
  expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const refused of claims.filter(({ status }) => status === 'rejected')) {
    expect(refused).toMatchObject({ reason: { code: 'claim-refused' } });
  }
});

test('a claim is refused for another attempt, for what ended, by a stranger and for nothing', async () => {
  await expect(claim(2)).rejects.toMatchObject({
    code: 'claim-refused',
    message: expect.stringContaining('attempt 1'),
  });
  const stranger = '00000000-0000-4000-8000-000000000000';
  await expect(claim(1, stranger)).rejects.toMatchObject({ code: 'agent-unknown' });
  await claim(1);
  await deliver(1, success());
  await expect(claim(1)).rejects.toMatchObject({
    code: 'claim-refused',
    message: expect.stringContaining('succeeded'),
  });
  measurementId = stranger;
  await expect(claim(1)).rejects.toMatchObject({ code: 'measurement-unknown' });
});

test('a result that is delivered ten times at once is stored once, with every sample', async () => {
  await claim(1);
  const answers = await Promise.all(Array.from({ length: 10 }, async (_, at) => await deliver(1, success(at + 1))));
  const winner = answers.findIndex(({ accepted }) => accepted);
  expect(answers.filter(({ accepted }) => accepted)).toHaveLength(1);
  const { status, result, finishedAt } = await get();
  expect({ status, result }).toEqual({ status: 'succeeded', result: resultOf(winner + 1) });
  expect(finishedAt).not.toBeNull();
  expect(await deliver(1, success())).toEqual({ accepted: false, requeued: null });
});

test('samples, times and looks at the device stay out of lists', async () => {
  await claim(1);
  await deliver(1, success());
  const { items } = await scene.store.measurements.list({ limit: 1, status: 'succeeded' });
  expect(items[0]?.result).toMatchObject({
    subject: { p50Ms: 5, n: 3, samplesMs: [] },
    control: { samplesMs: [] },
    atMs: [],
    environment: { during: [] },
  });
});

test('a profile is delivered once, whole, and its kernels stay out of lists', async () => {
  const profile = profileOf();
  measurementId = await addMeasurement(scene.store, { kind: 'profile' });
  expect(await claim(1)).toMatchObject({ kind: 'profile' });
  expect(await deliver(1, { kind: 'profiled', profile })).toEqual({ accepted: true, requeued: null });
  expect(await deliver(1, { kind: 'profiled', profile })).toEqual({ accepted: false, requeued: null });
  expect(await get()).toMatchObject({ kind: 'profile', status: 'succeeded', result: null, profile });
  const { items } = await scene.store.measurements.list({ limit: 1, kind: 'profile' });
  expect(items[0]?.profile).toMatchObject({ runs: 20, kernels: [], environment: { during: [] } });
});

test('only the owner of the attempt may deliver', async () => {
  await claim(1);
  expect(await deliver(1, success(), otherId)).toEqual({ accepted: false, requeued: null });
  expect(await deliver(2, success())).toEqual({ accepted: false, requeued: null });
  expect(await get()).toMatchObject({ status: 'running', agentId });
});

test('a heartbeat keeps the lease alive and carries the progress', async () => {
  const { store } = scene;
  await claim(1, agentId, 0.01);
  const progress = { phase: 'sampling' as const, runs: 7, elapsedMs: 100 };
  const running = { measurementId, attempt: 1, progress };
  expect(await store.agents.heartbeat(agentId, { state: 'busy', running }, 60)).toEqual({
    cancel: false,
    health: 'unknown',
  });
  await sleep(20);
  expect(await store.measurements.reapExpiredLeases()).toEqual([]);
  expect(await get()).toMatchObject({ status: 'running', progress });
  expect(await store.agents.get(agentId)).toMatchObject({ state: 'busy', running: { measurementId, progress } });
});

test('a silent agent loses the measurement to the next attempt, and is told to stop', async () => {
  await loseLease(1);
  expect(await get()).toMatchObject({ status: 'queued', attempt: 2, agentId: null, progress: null });
  const running = { measurementId, attempt: 1 };
  expect(await scene.store.agents.heartbeat(agentId, { state: 'busy', running }, 60)).toEqual({
    cancel: true,
    health: 'unknown',
  });
  await expect(claim(1)).rejects.toMatchObject({ code: 'claim-refused' });
  expect(await claim(2, otherId)).toMatchObject({ attempt: 2 });
});

test('an expired lease that nobody reaped yet does not cost a result', async () => {
  await claim(1, agentId, 0.01);
  await sleep(20);
  expect(await deliver(1, success())).toMatchObject({ accepted: true });
  expect(await scene.store.measurements.reapExpiredLeases()).toEqual([]);
});

test('who lost the lease may still bring a success until somebody else has begun, but no failure', async () => {
  await loseLease(1);
  expect(await deliver(1, failure('model-invalid'))).toMatchObject({ accepted: false });
  expect(await deliver(1, success(), otherId)).toMatchObject({ accepted: false });
  expect(await deliver(1, success())).toMatchObject({ accepted: true });
  expect(await get()).toMatchObject({ status: 'succeeded', result: { subject: { p50Ms: 5 } } });
});

test('once somebody else has begun, the late result changes nothing', async () => {
  await loseLease(1);
  await claim(2, otherId);
  expect(await deliver(1, success())).toMatchObject({ accepted: false });
  expect(await deliver(2, success(9), otherId)).toMatchObject({ accepted: true });
  expect(await get()).toMatchObject({ result: { subject: { p50Ms: 9 } }, agentId: otherId });
});

test('five lost agents end a measurement as agent-lost, crashes of the probe aside', async () => {
  for (let attempt = 1; attempt <= 5; attempt += 1) await loseLease(attempt);
  expect(await get()).toMatchObject({ status: 'failed', failure: { code: 'agent-lost' } });
});

test('a crashed probe is tried once more, then the measurement fails with its last words', async () => {
  await claim(1);
  expect(await deliver(1, failure('probe-crashed'))).toEqual({
    accepted: true,
    requeued: { measurementId, attempt: 2, target: 'x86-cpu', priority: 100 },
  });
  await claim(2);
  expect(await deliver(2, failure('probe-timeout'))).toEqual({ accepted: true, requeued: null });
  expect(await get()).toMatchObject({ status: 'failed', failure: { code: 'probe-timeout', detail: 'segfault' } });
});

test('what an agent gives back is queued again and counts against nobody', async () => {
  for (let attempt = 1; attempt <= 7; attempt += 1) {
    await claim(attempt);
    expect(await deliver(attempt, { kind: 'released', reason: 'stops' })).toMatchObject({ accepted: true });
  }
  expect(await get()).toMatchObject({ status: 'queued', attempt: 8 });
});

test('a cancelled measurement is told at the next heartbeat, and takes no result', async () => {
  await claim(1);
  expect(await scene.store.measurements.cancel(measurementId)).toMatchObject({ status: 'cancelled' });
  const running = { measurementId, attempt: 1 };
  expect(await scene.store.agents.heartbeat(agentId, { state: 'busy', running }, 60)).toEqual({
    cancel: true,
    health: 'unknown',
  });
  expect(await deliver(1, success())).toMatchObject({ accepted: false });
  expect(await scene.store.measurements.cancel(measurementId)).toMatchObject({ status: 'cancelled' });
});

test('the queue can be walked in stretches, oldest first, without what runs or ended', async () => {
  const { measurements } = scene.store;
  await claim(1);
  const waiting = [await addMeasurement(scene.store), await addMeasurement(scene.store)];
  const walked: string[] = [];
  let after: Parameters<typeof measurements.listQueued>[0]['after'] = null;
  do {
    const { jobs, next } = await measurements.listQueued({ limit: 1, olderThanSeconds: -1, after });
    walked.push(...jobs.map((job) => job.measurementId));
    after = next;
  } while (after !== null);
  expect(walked.filter((id) => waiting.includes(id))).toEqual(waiting);
  expect(new Set(walked).size).toBe(walked.length);
  expect(walked).not.toContain(measurementId);
  expect((await measurements.listQueued({ limit: 10, olderThanSeconds: 3600, after: null })).jobs).toEqual([]);
});
