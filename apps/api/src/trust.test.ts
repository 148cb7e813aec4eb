import { createHash, randomUUID } from 'node:crypto';
import { CanaryHistory, InputData, MeasurementHistory, parserOf, RegressionReport } from '@espalier/contracts';
import { writeInputData } from '@espalier/measure';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ask, enrol, profileOf, resultOf } from './testing/fleet.js';
import { residualNetwork } from './testing/models.js';
import { type ApiScene, openApiScene } from './testing/scene.js';

const file = residualNetwork({ blocks: 2 });
const modelId = createHash('sha256').update(file).digest('hex');
const parseInputs = parserOf('InputData', InputData);
const parseHistory = parserOf('MeasurementHistory', MeasurementHistory);
const parseReport = parserOf('RegressionReport', RegressionReport);
const parseCanary = parserOf('CanaryHistory', CanaryHistory);
const arrays = new Map([
  ['input', { elementType: 'float32', shape: [1, 3, 8, 8], data: Float32Array.from({ length: 192 }, (_, at) => at) }],
]);
const npz = Uint8Array.from(writeInputData(arrays));
let api: ApiScene;

beforeAll(async () => {
  api = await openApiScene();
  await api.upload('/v1/models', file);
});
afterAll(async () => await api.close());

/** Measures the model once for every latency. @returns the ids of the measurements */
async function measured(spec: object, latencies: readonly number[]): Promise<string[]> {
  const ids: string[] = [];
  for (const p50Ms of latencies) {
    const { id } = await ask(api, modelId, { spec, fresh: true });
    const agentId = await enrol(api);
    await api.post(`/v1/measurements/${id}/claim`, { agentId, attempt: 1 });
    const outcome = { kind: 'succeeded', result: resultOf(p50Ms) };
    await api.post(`/v1/measurements/${id}/result`, { agentId, attempt: 1, outcome });
    ids.push(id);
  }
  return ids;
}

const swept = (batch: number, threads: number) => ({
  created: true,
  measurement: { spec: { batch, threads, seed: 99 } },
});

test('a sweep becomes a measurement for every combination, batch by batch, in the place where it was asked for', async () => {
  const sweep = { batch: [1, 2], threads: [1, 4] };
  const measurements = [
    { subject: modelId, target: 'cuda' },
    { subject: modelId, target: 'x86-cpu', spec: { seed: 99 }, sweep },
  ];
  const { status, body } = await api.post('/v1/measurements', { measurements });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    measurements: [{ measurement: { target: 'cuda' } }, swept(1, 1), swept(1, 4), swept(2, 1), swept(2, 4)],
  });
});

test('a batch whose sweeps come to more than a thousand is refused with the number', async () => {
  const counts = Array.from({ length: 40 }, (_, at) => at + 1);
  const wide = { subject: modelId, target: 'x86-cpu', sweep: { batch: counts, threads: counts } };
  expect(await api.post('/v1/measurements', { measurements: [wide] })).toMatchObject({
    status: 422,
    body: { code: 'batch-too-large', detail: expect.stringContaining('1600') },
  });
});

test('a profile is asked for, measured and shown by the blocks of the model', async () => {
  const { id } = await ask(api, modelId, { kind: 'profile' });
  const agentId = await enrol(api);
  expect(await api.post(`/v1/measurements/${id}/claim`, { agentId, attempt: 1 })).toMatchObject({
    body: { kind: 'profile' },
  });
  const { body } = await api.get(`/v1/models/${modelId}/blocks`);
  const [block] = Array.isArray(body['blocks']) ? body['blocks'] : [];
  const outcome = { kind: 'profiled', profile: profileOf([String(block.nodes[0])]) };
  await api.post(`/v1/measurements/${id}/result`, { agentId, attempt: 1, outcome });
  const shown = await api.get(`/v1/measurements/${id}`);
  expect(shown.body).toMatchObject({
    status: 'succeeded',
    result: null,
    profile: { kernels: [{ opType: 'Conv' }], rest: { share: 0 } },
  });
  expect(shown.body).toHaveProperty('profile.blocks.0', expect.objectContaining({ name: block.name, share: 0.9 }));
  expect((await api.get('/v1/measurements?kind=profile')).body).toMatchObject({ items: [{ id }] });
  expect(await api.get(`/v1/measurements/${id}/history`)).toMatchObject({
    status: 422,
    body: { code: 'measurement-not-latency' },
  });
});

test('a profile with a control is refused', async () => {
  const wish = { kind: 'profile', subject: modelId, control: modelId, target: 'x86-cpu' };
  expect(await api.post('/v1/measurements', { measurements: [wish] })).toMatchObject({
    status: 422,
    body: { code: 'control-not-allowed' },
  });
});

test('input data is uploaded, told what is in it, named by a spec and given back; twice is as once', async () => {
  const { status, body } = await api.upload('/v1/inputs', npz);
  expect(status).toBe(200);
  const inputs = parseInputs(body);
  expect(inputs).toEqual({
    sha256: createHash('sha256').update(npz).digest('hex'),
    sizeBytes: npz.length,
    arrays: [{ name: 'input', elementType: 'float32', shape: [1, 3, 8, 8] }],
  });
  expect((await api.upload('/v1/inputs', npz)).body).toEqual(body);
  const given = await fetch(`${api.url}/v1/artifacts/${inputs.sha256}`);
  expect(given.headers.get('content-disposition')).toContain('.npz');
  expect(new Uint8Array(await given.arrayBuffer())).toEqual(npz);
  expect(await ask(api, modelId, { spec: { inputData: inputs.sha256 } })).toMatchObject({
    spec: { inputData: inputs.sha256 },
  });
});

test('what is no input data, is too large, or is used as what it is not, is refused', async () => {
  expect(await api.upload('/v1/inputs', file)).toMatchObject({ status: 422, body: { code: 'input-data-invalid' } });
  const large = new Uint8Array(api.config.maxInputBytes + 1);
  expect(await api.upload('/v1/inputs', large)).toMatchObject({ status: 413, body: { code: 'artifact-too-large' } });
  const { sha256 } = parseInputs((await api.upload('/v1/inputs', npz)).body);
  const post = async (wish: object) =>
    await api.post('/v1/measurements', { measurements: [{ subject: modelId, target: 'x86-cpu', ...wish }] });
  const unknown = { status: 422, body: { code: 'artifact-unknown' } };
  expect(await post({ spec: { inputData: 'f'.repeat(64) } })).toMatchObject(unknown);
  const wrong = { status: 422, body: { code: 'artifact-kind-wrong' } };
  expect(await post({ spec: { inputData: modelId } })).toMatchObject(wrong);
  expect(await post({ subject: sha256 })).toMatchObject(wrong);
});

test('a history judges every result against those before it, and what really changed is a regression', async () => {
  const steady = [10, 10.02, 9.99, 10.01, 10];
  const ids = await measured({ seed: 7 }, [...steady, 15]);
  await measured({ seed: 8 }, [...steady, 10.01]);
  await measured({ seed: 9 }, [10]);
  const history = parseHistory((await api.get(`/v1/measurements/${ids[0] ?? ''}/history`)).body);
  expect(history.items.map(({ measurementId }) => measurementId)).toEqual(ids);
  expect(history.items[0]?.change).toMatchObject({ verdict: 'too-little-data', references: 0 });
  expect(history.items.at(-2)?.change.verdict).toBe('no-change');
  expect(history.items.at(-1)).toMatchObject({ valueMs: 15, agentName: 'lab', change: { verdict: 'slower' } });
  const newest = parseHistory((await api.get(`/v1/measurements/${ids[0] ?? ''}/history?limit=1`)).body);
  expect(newest.items).toEqual(history.items.slice(-1));

  const report = parseReport((await api.get(`/v1/regressions?modelId=${modelId}&target=x86-cpu`)).body);
  expect(report).toMatchObject({
    judged: 2,
    regressions: [{ measurement: { id: ids.at(-1) }, modelName: 'model', change: { verdict: 'slower' } }],
  });
  expect(report.regressions).toHaveLength(1);
  expect(report.regressions[0]?.change.ratio).toBeCloseTo(1.5, 1);
  const future = new Date(Date.now() + 60_000).toISOString();
  for (const query of ['target=cuda', `since=${future}`]) {
    expect((await api.get(`/v1/regressions?${query}`)).body).toEqual({ judged: 0, regressions: [] });
  }
});

test('a history of what does not exist, and a time that is none, are refused', async () => {
  expect(await api.get(`/v1/measurements/${randomUUID()}/history`)).toMatchObject({
    status: 404,
    body: { code: 'measurement-unknown' },
  });
  expect(await api.get('/v1/regressions?since=yesterday')).toMatchObject({ status: 400 });
});

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

test('a device that fails its canary is told so and gets no job, until a person clears it', async () => {
  const { id } = await ask(api, modelId, { spec: { seed: 55 } });
  const agentId = await enrol(api);
  const target = 'x86-cpu';
  const readings = [
    { target, at: at(1), outcome: { kind: 'measured', p50Ms: 10, p50Ci: [9.9, 10.1], runs: 20 } },
    { target, at: at(2), outcome: { kind: 'failed', code: 'probe-timeout', message: 'killed' } },
    { target, at: at(3), outcome: { kind: 'failed', code: 'probe-timeout', message: 'killed' } },
  ];
  const reported = await api.post(`/v1/agents/${agentId}/canary`, { readings });
  expect(reported).toMatchObject({ status: 200, body: { status: 'failed', targets: [{ target, status: 'failed' }] } });
  expect(await api.post(`/v1/agents/${agentId}/heartbeat`, { state: 'idle' })).toMatchObject({
    body: { cancel: false, health: 'failed' },
  });
  expect(await api.post(`/v1/measurements/${id}/claim`, { agentId, attempt: 1 })).toMatchObject({
    status: 409,
    body: { code: 'device-unhealthy' },
  });
  expect(parseCanary((await api.get(`/v1/agents/${agentId}/canary?target=${target}`)).body).readings).toEqual(readings);
  expect(await api.post(`/v1/agents/${agentId}/clear`)).toMatchObject({
    status: 200,
    body: { health: { status: 'unknown', clearedAt: expect.any(String) } },
  });
  expect(await api.post(`/v1/measurements/${id}/claim`, { agentId, attempt: 1 })).toMatchObject({ status: 200 });
});
