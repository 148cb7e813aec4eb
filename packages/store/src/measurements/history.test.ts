import { randomUUID } from 'node:crypto';
import type { MeasurementResult } from '@espalier/contracts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addAgent, addModel, openScene, profileOf, resultOf, type Scene, wish } from '../testing/scene.js';

let scene: Scene;
let agentId: string;
beforeAll(async () => {
  scene = await openScene();
  agentId = await addAgent(scene.store, 'lab-7');
});
afterAll(async () => await scene.close());

/** Measures something as often as there are results. @returns the ids of the measurements */
async function measured(subject: string, results: readonly MeasurementResult[], more: Parameters<typeof wish>[1] = {}) {
  const { measurements } = scene.store;
  const ids: string[] = [];
  for (const result of results) {
    const [created] = await measurements.createBatch([wish(subject, { fresh: ids.length > 0, ...more })]);
    const measurementId = created?.measurement.id ?? '';
    await measurements.claim({ measurementId, attempt: 1, agentId, leaseSeconds: 60 });
    await measurements.deliver({ measurementId, attempt: 1, agentId, outcome: { kind: 'succeeded', result } });
    ids.push(measurementId);
  }
  return ids;
}

const everyHistory = async (filter: object = {}) => {
  const stretch = { after: null, limit: 100, results: 50 };
  const { histories } = await scene.store.measurements.repeatedHistories(filter, stretch);
  return histories.map(({ results }) => results.map(({ valueMs }) => valueMs));
};

test('the results of one identity are its history, oldest first, with what judging them needs', async () => {
  const subject = await addModel(scene.store, 'with history');
  const canary = { p50Ms: 2, p50Ci: [1.9, 2.1] as [number, number], at: '2026-01-01T00:00:00.000Z' };
  const second = resultOf(6);
  const noisy = {
    ...second,
    environment: { ...second.environment, canary },
    warnings: [{ code: 'cpu-steal' as const, evidence: { share: 0.1 } }],
  };
  const [first, latest] = await measured(subject, [resultOf(5), noisy]);
  await measured(subject, [resultOf(50)], { spec: { batch: 2 } });
  const { statistic, results } = await scene.store.measurements.resultsLike(first ?? '', 10);
  expect(statistic).toBe('p50');
  expect(results).toMatchObject([
    { measurementId: first, valueMs: 5, ci: [4.9, 5.1], canaryMs: null, agentName: 'lab-7', warnings: [] },
    { measurementId: latest, valueMs: 6, canaryMs: 2, agentId, warnings: [{ code: 'cpu-steal' }] },
  ]);
  expect((await scene.store.measurements.resultsLike(first ?? '', 1)).results).toMatchObject([{ valueMs: 6 }]);
});

test('the value of a history is the statistic that the spec asks for', async () => {
  const subject = await addModel(scene.store, 'tail');
  const { subject: estimate, ...rest } = resultOf(5);
  const result = { ...rest, subject: { ...estimate, p95Ms: 7, p95Ci: [6, 8] as [number, number] } };
  const [id] = await measured(subject, [result], { spec: { statistic: 'p95' } });
  expect(await scene.store.measurements.resultsLike(id ?? '', 1)).toMatchObject({
    statistic: 'p95',
    results: [{ valueMs: 7, ci: [6, 8] }],
  });
});

test('identities with several results are found by model, target and time of the latest', async () => {
  const [one, two] = [await addModel(scene.store, 'one'), await addModel(scene.store, 'two')];
  await measured(one, [resultOf(1), resultOf(2), resultOf(3)]);
  await measured(two, [resultOf(4), resultOf(5)], { target: 'cuda' });
  await measured(two, [resultOf(6)]);
  expect(await everyHistory({ modelId: one })).toEqual([[1, 2, 3]]);
  expect(await everyHistory({ modelId: two })).toEqual([[4, 5]]);
  expect(await everyHistory({ target: 'cuda' })).toEqual([[4, 5]]);
  expect(await everyHistory({ modelId: one, since: new Date(0) })).toEqual([[1, 2, 3]]);
  expect(await everyHistory({ modelId: one, since: new Date(Date.now() + 60_000) })).toEqual([]);
});

test('stretches of identities make the whole, each once', async () => {
  const { measurements } = scene.store;
  const whole = await measurements.repeatedHistories({}, { after: null, limit: 100, results: 2 });
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const stretch: typeof whole = await measurements.repeatedHistories({}, { after, limit: 1, results: 2 });
    seen.push(...stretch.histories.map(({ identity }) => identity));
    after = stretch.next;
  } while (after !== null);
  expect(seen).toEqual(whole.histories.map(({ identity }) => identity));
  expect(whole.next).toBeNull();
  for (const { results } of whole.histories) expect(results.length).toBeLessThanOrEqual(2);
});

test('a profile has no history, and neither has what does not exist', async () => {
  const subject = await addModel(scene.store, 'profiled');
  const [created] = await scene.store.measurements.createBatch([wish(subject, { kind: 'profile' })]);
  const measurementId = created?.measurement.id ?? '';
  await scene.store.measurements.claim({ measurementId, attempt: 1, agentId, leaseSeconds: 60 });
  const outcome = { kind: 'profiled' as const, profile: profileOf() };
  await scene.store.measurements.deliver({ measurementId, attempt: 1, agentId, outcome });
  await expect(scene.store.measurements.resultsLike(measurementId, 1)).rejects.toMatchObject({
    code: 'measurement-not-latency',
  });
  await expect(scene.store.measurements.resultsLike(randomUUID(), 1)).rejects.toMatchObject({
    code: 'measurement-unknown',
  });
});
