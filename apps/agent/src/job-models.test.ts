// Real models, measured for real: how each ends at the API.
import { resolveSpec } from '@espalier/contracts';
import { conditionStaysTrue, deepTree, expandTo, mixedTypes } from '@espalier/measure/testing';
import { encodeModel, GraphBuilder, type OnnxModel } from '@espalier/onnx';
import { expect, test } from '@jest/globals';
import { createHealth } from './health.js';
import type { JobOptions } from './job.js';
import { deliveries, generousWith, sha256Of, whileDoing } from './job-testing.js';

const MIB = 2 ** 20;
const spec = resolveSpec({ processes: 1, minRuns: 5, maxRuns: 5, maxSeconds: 0.1, precision: 0.5 });
const canary = { p50Ms: 2, p50Ci: [1.9, 2.1], at: '2026-01-01T00:00:00.000Z' };

const bytesOf = (model: OnnxModel): Uint8Array => Buffer.concat(encodeModel(model));

function smallModel(): Uint8Array {
  const graph = new GraphBuilder('small');
  const image = graph.input('image', 'float32', [1, 3, 8, 8]);
  graph.output(graph.globalAveragePool('pool', graph.relu('relu', graph.conv('conv', image, { out: 4 }))));
  return bytesOf(graph.build());
}

/** A NumPy file of float32 zeros. */
function npyOf(shape: readonly number[]): Uint8Array {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const header = Buffer.from(`${text.padEnd(117)}\n`, 'latin1');
  const magic = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]);
  return Buffer.concat([magic, header, Buffer.alloc(4 * shape.reduce((product, dim) => product * dim, 1))]);
}

/** How the measurement of a file ends at the API. */
async function outcomeOf(
  files: readonly (string | Uint8Array)[],
  claimed: Parameters<typeof generousWith>[1] = {},
  more: Partial<JobOptions> = {},
): Promise<unknown> {
  let outcomes: unknown[] = [];
  await whileDoing(generousWith(files, { spec, ...claimed }), more, async ({ api, activity, done }) => {
    await done;
    outcomes = deliveries(api);
    expect(activity.heartbeat()).toEqual({ state: 'idle' });
  });
  expect(outcomes).toHaveLength(1);
  return outcomes[0];
}

const failure = (code: string, detail?: unknown) => ({
  outcome: {
    kind: 'failed',
    failure: { code, message: expect.stringMatching(/./), ...(detail === undefined ? {} : { detail }) },
  },
});

test('a model that never ends is probe-timeout, and says what it was at', async () => {
  const model = bytesOf(conditionStaysTrue());
  const outcome = await outcomeOf([model], {}, { limits: { deadlineMs: 2500 } });
  expect(outcome).toMatchObject(
    failure('probe-timeout', expect.stringContaining(`phase: first-run of ${sha256Of(model)}`)),
  );
});

test('a model that eats memory is probe-out-of-memory', async () => {
  const outcome = await outcomeOf([bytesOf(expandTo(2n ** 30n))], {}, { limits: { memoryLimitBytes: 400 * MIB } });
  expect(outcome).toMatchObject(failure('probe-out-of-memory'));
});

test('a model that takes onnxruntime down is probe-crashed, with the signal and what it was at', async () => {
  const outcome = await outcomeOf([bytesOf(deepTree(200_000))]);
  expect(outcome).toMatchObject(failure('probe-crashed', expect.stringContaining('phase: ')));
  expect(JSON.stringify(outcome)).toContain('SIG');
});

test('a model that onnxruntime refuses is model-invalid', async () => {
  await expect(outcomeOf([bytesOf(mixedTypes())])).resolves.toMatchObject(failure('model-invalid'));
});

test.each(['latency', 'profile'] as const)(
  'a provider that is not here is provider-unavailable for a %s, never the numbers of the CPU',
  async (kind) => {
    const outcome = await outcomeOf([smallModel()], { kind, target: 'webgpu', spec: { ...spec, provider: 'webgpu' } });
    expect(outcome).toMatchObject(failure('provider-unavailable'));
  },
);

test('a file of input data is fetched like an artifact and fed; one that is none is input-data-invalid', async () => {
  const model = smallModel();
  const withData = (data: string | Uint8Array) =>
    outcomeOf([model, data], { spec: { ...spec, inputData: sha256Of(data) } });
  await expect(withData(npyOf([1, 3, 8, 8]))).resolves.toMatchObject({
    outcome: { kind: 'succeeded', result: { inputs: { image: [1, 3, 8, 8] } } },
  });
  await expect(withData('no array')).resolves.toMatchObject(failure('input-data-invalid'));
});

test.each([
  ['latency', { kind: 'succeeded', result: { environment: { canary } } }],
  ['profile', { kind: 'profiled', profile: { kernels: expect.any(Array), environment: { canary } } }],
] as const)('a job of kind %s is done, and its result carries the canary of its target', async (kind, outcome) => {
  const health = createHealth();
  const { at, p50Ms } = canary;
  health.measured([{ target: 'x86-cpu', at, outcome: { kind: 'measured', p50Ms, p50Ci: [1.9, 2.1], runs: 100 } }]);
  await expect(outcomeOf([smallModel()], { kind }, { health })).resolves.toMatchObject({ outcome });
});
