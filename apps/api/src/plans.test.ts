import { createHash, randomUUID } from 'node:crypto';
import { type Plan, Plan as PlanSchema, parserOf } from '@espalier/contracts';
import type { PlanStep, SavedStep } from '@espalier/store';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { enrol, resultOf } from './testing/fleet.js';
import { linearNetwork, residualNetwork } from './testing/models.js';
import { type ApiScene, openApiScene } from './testing/scene.js';
import { openStream, type PlanReader } from './testing/stream.js';

const file = residualNetwork({ blocks: 2 });
const modelId = createHash('sha256').update(file).digest('hex');
const parsePlan = parserOf('Plan', PlanSchema);
const readers: PlanReader[] = [];
let api: ApiScene;

beforeAll(async () => {
  api = await openApiScene();
  await api.upload('/v1/models', file);
});
afterEach(async () => {
  await Promise.all(readers.splice(0).map(async (reader) => await reader.close()));
});
afterAll(async () => await api.close());

async function createPlan(scene = api, target = 'x86-cpu'): Promise<Plan> {
  const budgets = [{ target, ratio: 0.7 }];
  return parsePlan((await scene.post('/v1/plans', { modelId, budgets })).body);
}

async function follow(planId: string, lastEventId?: number, scene = api): Promise<PlanReader> {
  const reader = await openStream(`${scene.url}/v1/plans/${planId}/events`, lastEventId);
  readers.push(reader);
  return reader;
}

/** Does what the planner does: one step of this plan. What other tests left is cancelled on the way. */
async function step(plan: Plan, decided: Partial<PlanStep> & { status: Plan['status'] }): Promise<SavedStep> {
  const { status, ...more } = decided;
  const decision: PlanStep = { state: {}, summary: { ...plan, status }, events: [], measure: [], ...more };
  const other: PlanStep = { ...decision, summary: { ...plan, status: 'cancelled' }, events: [], measure: [] };
  for (;;) {
    const saved = await api.store.plans.withDue(async ({ id }) => (id === plan.id ? decision : other));
    if (saved?.planId === plan.id) return saved;
    if (saved === null) throw new Error('the plan is not due');
  }
}

const measureBase = (target = 'x86-cpu') => ({
  key: 'base',
  label: 'the whole model',
  request: { kind: 'latency' as const, subject: modelId, target, fresh: true, priority: 100 },
});

test('a plan is created with defaults and can be found again', async () => {
  const answer = await api.post('/v1/plans', { modelId, budgets: [{ target: 'x86-cpu', ratio: 0.7 }] });
  expect(answer).toMatchObject({
    status: 201,
    body: {
      status: 'scoring',
      criterion: 'l2',
      granularity: 'block',
      budgets: [{ target: 'x86-cpu', statistic: 'p50', ratio: 0.7, limitMs: null }],
      latencyTable: [],
    },
  });
  expect(answer.headers.get('location')).toBe(`/v1/plans/${String(answer.body['id'])}`);
  expect((await api.get(answer.headers.get('location') ?? '')).body).toEqual(answer.body);
  expect((await api.get('/v1/plans')).body).toMatchObject({ items: [{ id: answer.body['id'] }] });
  expect((await api.get(`/v1/plans?modelId=${modelId}`)).body).toMatchObject({ items: [{ id: answer.body['id'] }] });
  expect((await api.get(`/v1/plans?modelId=${'f'.repeat(64)}`)).body).toMatchObject({ items: [] });
});

test('a plan that cannot begin is refused with what would help', async () => {
  const flat = linearNetwork();
  const flatId = createHash('sha256').update(flat).digest('hex');
  await api.upload('/v1/models', flat);
  const budgets = [{ target: 'x86-cpu', ratio: 0.7 }];
  const cases: [object, number, string, string][] = [
    [{ modelId: flatId, budgets }, 422, 'no-removable-block', '/blocks says why'],
    [{ modelId: 'f'.repeat(64), budgets }, 422, 'model-unknown', '/v1/models'],
    [{ modelId, budgets: [{ target: 'toaster', ratio: 0.7 }] }, 422, 'target-unknown', 'x86-cpu'],
    [{ modelId, budgets, pinned: [99] }, 422, 'block-unknown', 'from 0'],
    [{ modelId, budgets, spec: { inputData: 'f'.repeat(64) } }, 422, 'artifact-unknown', '/v1/inputs'],
    [{ modelId, budgets, spec: { inputData: modelId } }, 422, 'artifact-kind-wrong', '/v1/inputs'],
    [{ modelId, budgets, criterion: 'ablation' }, 422, 'scores-unknown', 'kind score'],
    [{ modelId, budgets, criterion: 'my-scores' }, 422, 'scores-unknown', '/scores/my-scores'],
  ];
  for (const [plan, status, code, hint] of cases) {
    expect(await api.post('/v1/plans', plan)).toMatchObject({
      status,
      body: { code, hint: expect.stringContaining(hint) },
    });
  }
  expect(await api.post('/v1/plans', { modelId, budgets, reduction: 'magic' })).toMatchObject({
    status: 400,
    body: {
      code: 'request-invalid',
      errors: [{ path: 'body/reduction', message: 'must be one of "all", "paper"' }],
    },
  });
});

test('a plan whose target nobody serves says what it waits for, until an agent comes', async () => {
  const plan = await createPlan(api, 'cuda');
  await step(plan, { status: 'measuring', measure: [measureBase('cuda')] });
  expect((await api.get(`/v1/plans/${plan.id}`)).body).toMatchObject({
    waitingFor: 'no agent serves cuda: start one with `espalier agent --target cuda`',
    progress: { done: 0, total: 1, now: null },
  });
  await enrol(api, ['cuda']);
  expect((await api.get(`/v1/plans/${plan.id}`)).body).toMatchObject({ waitingFor: null });
});

test('a follower hears every event once, the plan whenever it changed, and the end', async () => {
  const plan = await createPlan();
  const reader = await follow(plan.id);
  expect(await reader.until((update) => update.kind === 'plan')).toMatchObject({ plan: { status: 'scoring' } });
  await step(plan, { status: 'measuring', events: [{ type: 'scored', message: 'scored' }], measure: [measureBase()] });
  await reader.until((update) => update.kind === 'plan' && update.plan.status === 'measuring');
  await api.store.plans.requestCancel(plan.id);
  await step(plan, { status: 'cancelled', events: [{ type: 'finished', message: 'cancelled' }] });
  const all = await reader.toEnd();
  expect(
    all.flatMap((update) => (update.kind === 'event' ? [[update.id, update.event.seq, update.event.type]] : [])),
  ).toEqual([
    ['1', 1, 'created'],
    ['2', 2, 'scored'],
    ['3', 3, 'finished'],
  ]);
  expect(all.at(-1)).toMatchObject({ kind: 'plan', plan: { status: 'cancelled', finishedAt: expect.any(String) } });
});

test('a follower that comes back goes on after the last event it heard', async () => {
  const plan = await createPlan();
  await step(plan, {
    status: 'verified',
    events: [
      { type: 'scored', message: 'a' },
      { type: 'finished', message: 'b' },
    ],
  });
  const heard = await (await follow(plan.id, 2)).toEnd();
  expect(heard.map((update) => (update.kind === 'event' ? update.event.message : update.plan.status))).toEqual([
    'b',
    'verified',
  ]);
});

test('a follower sees the progress of what is being measured', async () => {
  const plan = await createPlan();
  const agentId = await enrol(api);
  const saved = await step(plan, { status: 'measuring', measure: [measureBase()] });
  const measurementId = saved.jobs[0]?.measurementId ?? '';
  await api.post(`/v1/measurements/${measurementId}/claim`, { agentId, attempt: 1 });
  const reader = await follow(plan.id);
  const progress = { phase: 'sampling', runs: 9, elapsedMs: 1000, remainingMs: 4000 };
  await api.post(`/v1/agents/${agentId}/heartbeat`, {
    state: 'busy',
    running: { measurementId, attempt: 1, progress },
  });
  const update = await reader.until((next) => next.kind === 'plan' && next.plan.progress.remainingSeconds !== null);
  expect(update).toMatchObject({
    plan: { progress: { now: 'the whole model', remainingSeconds: 4, done: 0, total: 1 } },
  });
  const outcome = { kind: 'succeeded', result: resultOf(5) };
  await api.post(`/v1/measurements/${measurementId}/result`, { agentId, attempt: 1, outcome });
  const done = await reader.until((next) => next.kind === 'plan' && next.plan.progress.done === 1);
  expect(done).toMatchObject({ plan: { progress: { now: null } } });
});

test('streams end when the API stops', async () => {
  const scene = await openApiScene();
  await scene.upload('/v1/models', file);
  const reader = await follow((await createPlan(scene)).id, 0, scene);
  await reader.until((update) => update.kind === 'plan');
  const [heard] = await Promise.all([reader.toEnd(), scene.stop()]);
  expect(heard.at(-1)).toMatchObject({ kind: 'plan', plan: { status: 'scoring' } });
  await scene.close();
});

test('a plan that nobody made cannot be read, followed or cancelled', async () => {
  const path = `/v1/plans/${randomUUID()}`;
  for (const answer of [await api.get(path), await api.get(`${path}/events`), await api.post(`${path}/cancel`)]) {
    expect(answer).toMatchObject({ status: 404, body: { code: 'plan-unknown' } });
  }
});
