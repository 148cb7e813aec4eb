import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { agentNamed, ask, enrol, resultOf } from './testing/fleet.js';
import { residualNetwork } from './testing/models.js';
import { type ApiScene, openApiScene } from './testing/scene.js';

const file = residualNetwork({ blocks: 1 });
const modelId = createHash('sha256').update(file).digest('hex');
let api: ApiScene;
let specs = 1;

beforeAll(async () => {
  api = await openApiScene();
  await api.upload('/v1/models', file);
});
afterAll(async () => await api.close());

/** A measurement that no other test asked for. */
const askNew = async () => await ask(api, modelId, { spec: { seed: (specs += 1) } });

test('a batch is answered in its order, and an equal measurement is not made twice', async () => {
  const measurements = [
    { subject: modelId, target: 'x86-cpu' },
    { subject: modelId, target: 'cuda', spec: { batch: 4 } },
    { subject: modelId, target: 'x86-cpu', spec: { batch: 1 } },
  ];
  const first = await api.post('/v1/measurements', { measurements });
  expect(first).toMatchObject({
    status: 200,
    body: {
      measurements: [
        { created: true, measurement: { target: 'x86-cpu', status: 'queued', modelId, spec: { provider: 'cpu' } } },
        { created: true, measurement: { target: 'cuda', spec: { batch: 4, provider: 'cuda' } } },
        { created: false },
      ],
    },
  });
  const second = await api.post('/v1/measurements', { measurements });
  expect(second.body).toMatchObject({ measurements: [{ created: false }, { created: false }, { created: false }] });
});

test('what was asked for reaches the queue of its target at once', async () => {
  const { id } = await askNew();
  const job = { measurementId: id, attempt: 1, target: 'x86-cpu', priority: 100 };
  expect(await api.queue.missing([job])).toEqual([]);
});

test('an agent takes a job, is heard while it measures, and delivers once', async () => {
  const { id } = await askNew();
  const agentId = await enrol(api);
  const claim = await api.post(`/v1/measurements/${id}/claim`, { agentId, attempt: 1 });
  expect(claim).toMatchObject({
    status: 200,
    body: { measurementId: id, attempt: 1, subject: modelId, control: null, leaseSeconds: 30 },
  });
  const progress = { phase: 'sampling', runs: 5, elapsedMs: 10 };
  const running = { measurementId: id, attempt: 1, progress };
  expect(await api.post(`/v1/agents/${agentId}/heartbeat`, { state: 'busy', running })).toMatchObject({
    body: { cancel: false },
  });
  expect(await api.get(`/v1/agents/${agentId}`)).toMatchObject({
    body: { state: 'busy', running: { measurementId: id, progress } },
  });
  const delivery = { agentId, attempt: 1, outcome: { kind: 'succeeded', result: resultOf(7) } };
  expect((await api.post(`/v1/measurements/${id}/result`, delivery)).body).toEqual({ accepted: true });
  expect((await api.post(`/v1/measurements/${id}/result`, delivery)).body).toEqual({ accepted: false });
  expect(await api.get(`/v1/measurements/${id}`)).toMatchObject({
    body: { status: 'succeeded', agentId, result: resultOf(7) },
  });
});

test('a second agent is told to drop the job', async () => {
  const { id } = await askNew();
  const [one, two] = [await enrol(api), await enrol(api)];
  await api.post(`/v1/measurements/${id}/claim`, { agentId: one, attempt: 1 });
  expect(await api.post(`/v1/measurements/${id}/claim`, { agentId: two, attempt: 1 })).toMatchObject({
    status: 409,
    body: { code: 'claim-refused', detail: expect.stringContaining('another agent') },
  });
});

test('a crashed probe queues the next attempt at once, without waiting for the reconciler', async () => {
  const { id } = await askNew();
  const agentId = await enrol(api);
  await api.post(`/v1/measurements/${id}/claim`, { agentId, attempt: 1 });
  const failure = { code: 'probe-crashed', message: 'the probe ended', detail: 'SIGSEGV' };
  await api.post(`/v1/measurements/${id}/result`, { agentId, attempt: 1, outcome: { kind: 'failed', failure } });
  expect(await api.get(`/v1/measurements/${id}`)).toMatchObject({ body: { status: 'queued', attempt: 2 } });
  expect(await api.queue.missing([{ measurementId: id, attempt: 2, target: 'x86-cpu', priority: 100 }])).toEqual([]);
});

test('a cancelled measurement stays cancelled', async () => {
  const { id } = await askNew();
  expect(await api.post(`/v1/measurements/${id}/cancel`)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
  expect(await api.post(`/v1/measurements/${id}/cancel`)).toMatchObject({ body: { status: 'cancelled' } });
});

test('measurements are listed by filter, page by page', async () => {
  const spec = { threads: 2 };
  const { id } = await ask(api, modelId, { spec });
  const query = `modelId=${modelId}&target=x86-cpu&status=queued&spec=${encodeURIComponent(JSON.stringify(spec))}`;
  expect((await api.get(`/v1/measurements?${query}`)).body).toMatchObject({ items: [{ id }], nextCursor: null });
  const first = await api.get('/v1/measurements?limit=1');
  const cursor = String(first.body['nextCursor']);
  const second = await api.get(`/v1/measurements?limit=1&cursor=${cursor}`);
  expect(first.body['items']).not.toEqual(second.body['items']);
});

test.each([
  ['an unknown artifact', { subject: 'f'.repeat(64), target: 'x86-cpu' }, 422, 'artifact-unknown'],
  ['an unknown target', { subject: modelId, target: 'toaster' }, 422, 'target-unknown'],
  ['a spec out of range', { subject: modelId, target: 'x86-cpu', spec: { batch: 0 } }, 400, 'request-invalid'],
  ['a provider of one’s own', { subject: modelId, target: 'x86-cpu', spec: { provider: 'x' } }, 400, 'request-invalid'],
])('%s is refused', async (_what, measurement, status, code) => {
  expect(await api.post('/v1/measurements', { measurements: [measurement] })).toMatchObject({ status, body: { code } });
});

test('a filter whose spec is no JSON, and a cursor that nobody gave, are refused', async () => {
  expect(await api.get('/v1/measurements?spec=batch')).toMatchObject({
    status: 400,
    body: { code: 'request-invalid' },
  });
  expect(await api.get('/v1/measurements?spec={"batch":0}')).toMatchObject({ status: 400 });
  expect(await api.get('/v1/measurements?cursor=x')).toMatchObject({ status: 400, body: { code: 'cursor-invalid' } });
  expect(await api.get('/v1/measurements?limit=1000')).toMatchObject({
    status: 400,
    body: { code: 'request-invalid' },
  });
});

test('an agent that nobody knows must enrol', async () => {
  const { id } = await askNew();
  const stranger = randomUUID();
  for (const answer of [
    await api.post(`/v1/agents/${stranger}/heartbeat`, { state: 'idle' }),
    await api.post(`/v1/measurements/${id}/claim`, { agentId: stranger, attempt: 1 }),
  ]) {
    expect(answer).toMatchObject({ status: 404, body: { code: 'agent-unknown' } });
  }
});

test('enrolling says how often to be heard and where the queue is', async () => {
  const agent = agentNamed('lab', ['x86-cpu', 'cuda']);
  expect(await api.post('/v1/agents', agent)).toMatchObject({
    status: 200,
    body: { heartbeatSeconds: 5, queuePrefix: api.config.queuePrefix, agent: { id: agent.id, state: 'idle' } },
  });
});

test('a target of one’s own is added, and what it measures with is its provider', async () => {
  const target = { description: 'on the windowsill', architecture: 'arm64', provider: 'cpu' };
  expect(await api.post('/v1/targets/pi-5', target, 'PUT')).toMatchObject({ status: 201, body: { name: 'pi-5' } });
  expect(await api.post('/v1/targets/pi-5', target, 'PUT')).toMatchObject({ status: 200 });
  expect(await api.get('/v1/targets/pi-5')).toMatchObject({ status: 200, body: target });
  expect(await api.get('/v1/targets/toaster')).toMatchObject({ status: 404, body: { code: 'target-unknown' } });
  expect((await api.get('/v1/targets')).body).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ name: 'pi-5', agentsOnline: 0 })]),
    nextCursor: null,
  });
});
