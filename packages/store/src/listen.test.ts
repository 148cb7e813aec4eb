import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import type { Notice } from './listen.js';
import { addAgent, addMeasurement, addModel, openScene, type Scene, wish } from './testing/scene.js';

let scene: Scene;
let bell: EventTarget;
let heard: Notice[];
let connections: number;
let listener: { close(): Promise<void> };

beforeEach(async () => {
  scene = await openScene();
  [bell, heard, connections] = [new EventTarget(), [], 0];
  const ring = () => bell.dispatchEvent(new Event('ring'));
  listener = scene.store.listen({
    onNotice: (notice) => {
      heard.push(notice);
      ring();
    },
    onConnected: () => {
      connections += 1;
      ring();
    },
  });
  await until(() => connections === 1);
});
afterEach(async () => {
  await listener.close();
  await scene.close();
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await once(bell, 'ring');
}

const createPlan = async () =>
  await scene.store.plans.create({
    modelId: await addModel(scene.store, `model ${heard.length}`),
    budgets: [{ target: 'x86-cpu', statistic: 'p50', limitMs: 5 }],
    criterion: 'l2',
    reduction: 'all',
    granularity: 'block',
    pinned: [],
    maxRounds: 8,
    fresh: false,
  });

test('a listener hears of a plan’s changes and of its measurements, not of measurements that no plan waits for', async () => {
  const { store } = scene;
  const plan = await createPlan();
  await until(() => heard.some((notice) => notice.kind === 'plan' && notice.planId === plan.id));
  const lone = await addMeasurement(store);
  const request = wish(plan.modelId);
  const saved = await store.plans.withDue(async () => ({
    state: {},
    summary: { ...plan, status: 'measuring' },
    events: [],
    measure: [{ key: 'base', label: 'base', request }],
  }));
  const agentId = await addAgent(store);
  const mine = saved?.jobs[0]?.measurementId ?? '';
  for (const measurementId of [lone, mine]) {
    await store.measurements.claim({ measurementId, attempt: 1, agentId, leaseSeconds: 60 });
  }
  await until(() => heard.some(({ kind }) => kind === 'measurement'));
  expect(heard.filter(({ kind }) => kind === 'measurement')).toEqual([
    { kind: 'measurement', measurementId: mine, status: 'running' },
  ]);
});

test('a listener whose connection was cut connects again, says so, and hears on', async () => {
  const admin = new pg.Client({ connectionString: scene.databaseUrl });
  await admin.connect();
  await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'");
  await admin.end();
  await until(() => connections === 2);
  const plan = await createPlan();
  await until(() => heard.length > 0);
  expect(heard[0]).toEqual({ kind: 'plan', planId: plan.id });
});
