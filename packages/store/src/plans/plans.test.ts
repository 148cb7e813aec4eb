import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CreatePlan, Plan } from '@espalier/contracts';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { addAgent, addModel, openScene, resultOf, type Scene, wish } from '../testing/scene.js';
import { StoreError } from '../errors.js';
import type { DuePlan, PlanStep } from './step.js';

let scene: Scene;
let modelId: string;

beforeEach(async () => {
  scene = await openScene();
  modelId = await addModel(scene.store, 'a model');
});
afterEach(async () => await scene.close());

const requestFor = (id: string): CreatePlan => ({
  modelId: id,
  budgets: [{ target: 'x86-cpu', statistic: 'p50', ratio: 0.7 }],
  criterion: 'l2',
  reduction: 'all',
  granularity: 'block',
  pinned: [],
  maxRounds: 8,
  fresh: false,
});

const create = async (): Promise<Plan> => await scene.store.plans.create(requestFor(modelId));
const measureBase = () => [{ key: 'base', label: 'the whole model', request: wish(modelId) }];

/** A step that decides what is given, and nothing otherwise. */
const decision = (plan: Plan, more: Partial<PlanStep> = {}, status: Plan['status'] = 'measuring'): PlanStep => ({
  state: { step: 1 },
  summary: { ...plan, status },
  events: [],
  measure: [],
  ...more,
});

async function stepOnce(decide: (due: DuePlan) => PlanStep) {
  const seen: DuePlan[] = [];
  const saved = await scene.store.plans.withDue(async (due) => {
    if (due.kind !== 'plan') throw new Error('only plans were asked for');
    seen.push(due);
    return decide(due);
  });
  return { saved, due: seen[0] };
}

async function finish(measurementId: string): Promise<void> {
  const { store } = scene;
  const agentId = await addAgent(store);
  await store.measurements.claim({ measurementId, attempt: 1, agentId, leaseSeconds: 60 });
  const outcome = { kind: 'succeeded' as const, result: resultOf(5) };
  await store.measurements.deliver({ measurementId, attempt: 1, agentId, outcome });
}

test('a new plan is due once, with its request and no state', async () => {
  const plan = await create();
  const { due, saved } = await stepOnce(() => decision(plan));
  expect(due).toEqual({
    id: plan.id,
    kind: 'plan',
    modelId,
    request: requestFor(modelId),
    state: null,
    cancelRequested: false,
    failures: 0,
    ended: [],
  });
  expect(saved).toEqual({ planId: plan.id, jobs: [] });
  expect((await stepOnce(() => decision(plan))).due).toBeUndefined();
});

test('a plan of an unknown model is refused', async () => {
  await expect(scene.store.plans.create(requestFor('f'.repeat(64)))).rejects.toMatchObject({ code: 'model-unknown' });
});

test('what a step decides is saved together: state, summary, events and measurements', async () => {
  const plan = await create();
  const { saved } = await stepOnce(() =>
    decision(plan, {
      state: { table: [1, { a: null }] },
      events: [
        { type: 'scored', message: 'one' },
        { type: 'waiting', message: 'two' },
      ],
      measure: measureBase(),
    }),
  );
  expect(saved?.jobs).toEqual([{ measurementId: expect.any(String), attempt: 1, target: 'x86-cpu', priority: 100 }]);
  expect(await scene.store.plans.get(plan.id)).toMatchObject({ status: 'measuring' });
  const events = await scene.store.plans.events(plan.id, 0);
  expect(events.map(({ seq, message }) => [seq, message])).toEqual([
    [1, 'Waits for the planner'],
    [2, 'one'],
    [3, 'two'],
  ]);
  expect((await scene.store.plans.events(plan.id, 2)).map(({ seq }) => seq)).toEqual([3]);
});

test('a measurement that ended makes its plan due, and is shown until a step was saved', async () => {
  const plan = await create();
  const { saved } = await stepOnce(() => decision(plan, { measure: measureBase() }));
  const measurementId = saved?.jobs[0]?.measurementId ?? '';
  expect((await stepOnce(() => decision(plan))).due).toBeUndefined();
  await finish(measurementId);
  await expect(
    stepOnce(() => {
      throw new Error('the planner died');
    }),
  ).rejects.toThrow('the planner died');
  const due = await stepWhenRested(() => decision(plan));
  expect(due).toMatchObject({ state: { step: 1 }, failures: 1 });
  expect(due.ended).toMatchObject([{ key: 'base', measurement: { id: measurementId, status: 'succeeded' } }]);
  expect((await stepOnce(() => decision(plan))).due).toBeUndefined();
});

/** The next step of a plan that rests because one failed. */
async function stepWhenRested(decide: (due: DuePlan) => PlanStep): Promise<DuePlan> {
  for (;;) {
    const { due } = await stepOnce(decide);
    if (due !== undefined) return due;
    await sleep(50);
  }
}

test('a measurement that existed already makes the plan due at once', async () => {
  const [existing] = await scene.store.measurements.createBatch([wish(modelId)]);
  await finish(existing?.measurement.id ?? '');
  const plan = await create();
  expect((await stepOnce(() => decision(plan, { measure: measureBase() }))).saved?.jobs).toEqual([]);
  expect((await stepOnce(() => decision(plan))).due?.ended).toMatchObject([{ key: 'base' }]);
});

test('a key that the plan has already keeps its measurement', async () => {
  const plan = await create();
  await stepOnce(() => decision(plan, { measure: measureBase(), dueAt: new Date(0) }));
  const other = { key: 'base', label: 'again', request: wish(modelId, { fresh: true }) };
  expect((await stepOnce(() => decision(plan, { measure: [other] }))).saved?.jobs).toEqual([]);
  expect(await scene.store.plans.activity(plan.id)).toMatchObject({ known: 1, ended: 0 });
});

test('two planners never step the same plan at once, but different plans side by side', async () => {
  const [first, second] = [await create(), await create()];
  const inHand: string[] = [];
  const door = new AbortController();
  const step = async () =>
    await scene.store.plans.withDue(async (due) => {
      inHand.push(due.id);
      if (inHand.length === 2) door.abort();
      else await once(door.signal, 'abort');
      return decision(first);
    });
  await Promise.all([step(), step()]);
  expect(inHand.toSorted()).toEqual([first.id, second.id].toSorted());
  expect(await step()).toBeNull();
});

test('a step that throws saves nothing, and the plan rests', async () => {
  const plan = await create();
  const step = scene.store.plans.withDue(async () => ({
    ...decision(plan),
    measure: [{ key: 'x', label: 'x', request: wish('f'.repeat(64)) }],
  }));
  await expect(step).rejects.toMatchObject({ code: 'artifact-unknown' });
  expect(await scene.store.plans.get(plan.id)).toMatchObject({ status: 'scoring' });
  expect((await stepOnce(() => decision(plan))).due).toBeUndefined();
});

test('an outage counts against no plan', async () => {
  const plan = await create();
  const step = scene.store.plans.withDue(async () => {
    throw new StoreError('disk-full', 'No space is left');
  });
  await expect(step).rejects.toMatchObject({ code: 'disk-full' });
  expect((await stepOnce(() => decision(plan))).due).toBeUndefined();
  expect(await stepWhenRested(() => decision(plan))).toMatchObject({ id: plan.id, failures: 0 });
});

test('a plan never waits for what the end of another has cancelled, whichever comes first', async () => {
  for (let round = 0; round < 10; round += 1) {
    const [ending, beginning] = [await create(), await create()];
    const key = { key: 'shared', label: 'shared', request: wish(modelId, { spec: { seed: 100 + round } }) };
    const again = { dueAt: new Date(0) };
    let first: string | undefined;
    while (first !== ending.id) {
      const saved = await scene.store.plans.withDue(async ({ id }) =>
        decision(ending, id === ending.id ? { measure: [key], ...again } : again),
      );
      first = saved?.planId;
    }
    let both: (string | undefined)[] = [];
    while (!both.includes(ending.id) || !both.includes(beginning.id)) {
      const decide = async ({ id }: { readonly id: string }) =>
        id === ending.id ? decision(ending, {}, 'cancelled') : decision(beginning, { measure: [key] });
      const [one, two] = await Promise.all([scene.store.plans.withDue(decide), scene.store.plans.withDue(decide)]);
      both = [...both, one?.planId, two?.planId];
    }
    const { running, queued } = await scene.store.plans.activity(beginning.id);
    expect({ running, queued: [...queued] }).toEqual({ running: [], queued: [['x86-cpu', 1]] });
  }
});

test('a final plan is never due again, and what only it waited for is cancelled', async () => {
  const [plan, other] = [await create(), await create()];
  const mine = { key: 'mine', label: 'mine', request: wish(modelId, { spec: { batch: 2 } }) };
  const asked = { key: 'asked', label: 'asked', request: wish(modelId, { spec: { batch: 3 } }) };
  for (let at = 0; at < 2; at += 1) {
    await scene.store.plans.withDue(async ({ id }) =>
      decision(plan, { measure: id === plan.id ? [...measureBase(), mine, asked] : measureBase() }),
    );
  }
  await scene.store.measurements.createBatch([asked.request]);
  await scene.store.plans.requestCancel(plan.id);
  const { due } = await stepOnce(() => decision(plan, {}, 'cancelled'));
  expect(due).toMatchObject({ id: plan.id, cancelRequested: true });
  const { items } = await scene.store.measurements.list({ limit: 10 });
  expect(items.map(({ spec, status }) => `${spec.batch} ${status}`).toSorted()).toEqual([
    '1 queued',
    '2 cancelled',
    '3 queued',
  ]);
  expect(await scene.store.plans.get(plan.id)).toMatchObject({ status: 'cancelled', finishedAt: expect.any(String) });
  expect((await scene.store.plans.requestCancel(plan.id)).status).toBe('cancelled');
  expect((await stepOnce(() => decision(other))).due).toBeUndefined();
});

test('a measurement that a living plan waits for cannot be cancelled on its own', async () => {
  const plan = await create();
  const { saved } = await stepOnce(() => decision(plan, { measure: measureBase() }));
  const id = saved?.jobs[0]?.measurementId ?? '';
  await expect(scene.store.measurements.cancel(id)).rejects.toMatchObject({ code: 'measurement-needed' });
  await scene.store.plans.requestCancel(plan.id);
  await stepOnce(() => decision(plan, {}, 'cancelled'));
  expect(await scene.store.measurements.get(id)).toMatchObject({ status: 'cancelled' });
});

test('the activity of a plan says what runs, what waits and how long one takes', async () => {
  const plan = await create();
  const labels = ['one', 'two', 'three'];
  const { saved } = await stepOnce(() =>
    decision(plan, {
      measure: labels.map((label, at) => ({ key: label, label, request: wish(modelId, { spec: { batch: at + 1 } }) })),
    }),
  );
  const [first = '', second = ''] = saved?.jobs.map(({ measurementId }) => measurementId) ?? [];
  await finish(first);
  const agentId = await addAgent(scene.store, 'second');
  await scene.store.measurements.claim({ measurementId: second, attempt: 1, agentId, leaseSeconds: 60 });
  const activity = await scene.store.plans.activity(plan.id);
  expect(activity).toMatchObject({ known: 3, ended: 1, meanSeconds: expect.any(Number) });
  expect(activity.running).toHaveLength(1);
  expect([...activity.queued]).toEqual([['x86-cpu', 1]]);
});

test('plans are listed newest first, and an unknown one is said', async () => {
  const [first, second] = [await create(), await create()];
  const page = await scene.store.plans.list({ limit: 10 });
  expect(page.items.map(({ id }) => id)).toEqual(
    [first, second]
      .toSorted((a, b) => (a.createdAt === b.createdAt ? (a.id < b.id ? 1 : -1) : a.createdAt < b.createdAt ? 1 : -1))
      .map(({ id }) => id),
  );
  await expect(scene.store.plans.get(randomUUID())).rejects.toMatchObject({ code: 'plan-unknown' });
});
