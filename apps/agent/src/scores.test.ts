// Scores through the whole service: a real API, a real agent, and real runs on calibration data, all by the client.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client, ScoringInput } from '@espalier/client';
import { uploadDatasetFile } from '@espalier/client/node';
import type { Measurement } from '@espalier/contracts';
import { encodeModel, GraphBuilder } from '@espalier/onnx';
import { writeDataset } from '@espalier/scoring';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  childrenOf,
  type RunningAgentProcess,
  startTestService,
  type TestService,
  untilGone,
} from './service-testing.js';
import { until } from './testing.js';

const TARGET = process.arch === 'arm64' ? 'arm64-cpu' : 'x86-cpu';
const SAMPLES = 48;
const CLASSES = 3;

let folder: string;
let service: TestService;
let agent: RunningAgentProcess;
let client: Client;
let modelId: string;
let dataset: string;
let unlabelled: string;

/** A small residual network: a stem, three blocks that can go, a head. */
function network(): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder('net', { seed: 3 });
  let tensor = graph.relu('stem.relu', graph.conv('stem', graph.input('image', 'float32', ['n', 3, 6, 6]), { out: 6 }));
  for (const name of ['b0', 'b1', 'b2']) {
    const branch = graph.conv(
      `${name}.conv2`,
      graph.relu(`${name}.relu1`, graph.conv(`${name}.conv1`, tensor, { out: 6 })),
      {
        out: 6,
      },
    );
    tensor = graph.relu(`${name}.relu2`, graph.add(`${name}.add`, branch, tensor));
  }
  const pooled = graph.flatten('flatten', graph.globalAveragePool('pool', tensor));
  graph.output(graph.gemm('fc', pooled, { in: 6, out: CLASSES }), { as: 'logits' });
  return Buffer.concat(encodeModel(graph.build()));
}

/** Uploads images of that shape, with labels of so many classes; 0: none. */
async function upload(shape: readonly number[], classes: number): Promise<string> {
  const path = join(folder, `${shape.join('x')}-${classes}.npz`);
  const whole = [SAMPLES, ...shape];
  const images = Float32Array.from({ length: whole.reduce((size, dim) => size * dim, 1) }, (_, at) =>
    Math.sin(at * at),
  );
  const labels = Uint8Array.from({ length: SAMPLES }, (_, at) => at % classes);
  await writeDataset(path, [
    { name: 'image', elementType: 'float32', shape: whole, chunks: [new Uint8Array(images.buffer)] },
    ...(classes > 0 ? [{ name: 'labels', elementType: 'uint8', shape: [SAMPLES], chunks: [labels] }] : []),
  ]);
  return (await uploadDatasetFile(client, path)).sha256;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'espalier-scores-'));
  service = await startTestService(30);
  ({ client } = service);
  [agent, { id: modelId }] = await Promise.all([
    service.startAgent(),
    client.models.upload(network(), { name: 'net' }),
  ]);
  dataset = await upload([3, 6, 6], CLASSES);
  unlabelled = await upload([3, 6, 6], 0);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function ask(scoring: Omit<ScoringInput, 'dataset'> & Partial<ScoringInput>): Promise<string> {
  const spec = { scoring: { dataset, batch: 16, samples: SAMPLES, ...scoring } };
  const [answer] = await client.measurements.create([{ kind: 'score', subject: modelId, target: TARGET, spec }]);
  if (answer === undefined) throw new Error('one wish has one answer');
  return answer.measurement.id;
}

async function ended(id: string): Promise<Measurement> {
  await until(async () => (await client.measurements.get(id)).finishedAt !== null);
  return await client.measurements.get(id);
}

test('an agent computes a criterion on calibration data, and the scores are those of the model', async () => {
  const measured = await ended(await ask({ criterion: 'ablation' }));
  expect(measured).toMatchObject({
    kind: 'score',
    status: 'succeeded',
    failure: null,
    result: null,
    score: {
      samples: SAMPLES,
      loss: expect.any(Number),
      accuracy: expect.any(Number),
      environment: { provider: 'cpu', canary: { p50Ms: expect.any(Number) } },
    },
  });
  const { blocks } = await client.models.blocks(modelId);
  const known = await client.models.scores(modelId, 'ablation');
  expect(known).toMatchObject({ source: 'calibration', scores: measured.score?.scores });
  const scored = known.scores.flatMap(({ index, importance }) => (importance === null ? [] : [index]));
  expect(scored).toEqual(blocks.flatMap(({ index, removable }) => (removable ? [index] : [])));
  const plan = await client.plans.create({
    modelId,
    criterion: 'ablation',
    budgets: [{ target: TARGET, statistic: 'p50', ratio: 0.9 }],
  });
  expect(plan).toMatchObject({ criterion: 'ablation', status: 'scoring' });
  expect((await client.plans.list({ modelId })).items).toHaveLength(1);
  await client.plans.cancel(plan.id);
});

test('what each filter group can lose is found by an agent, and becomes a recipe and a candidate', async () => {
  const measured = await ended(await ask({ criterion: 'sensitivity', threshold: 0.5, samples: 16 }));
  expect(measured.status).toBe('succeeded');
  const { groups } = await client.models.filterGroups(modelId);
  const prunable = groups.filter((group) => group.prunable).map(({ name }) => name);
  expect(measured.score?.groups.map(({ group }) => group).toSorted()).toEqual(prunable.toSorted());
  const { recipe, filters } = await client.models.chooseFilters(modelId, { criterion: 'sensitivity', minFilters: 2 });
  expect(filters.after).toBeLessThan(filters.before);
  const candidate = await client.candidates.create({ modelId, recipe });
  expect(candidate.parameters).toBeLessThan((await client.models.get(modelId)).parameters);
});

test('scores and filters that a training job posts are found again', async () => {
  const { blocks } = await client.models.blocks(modelId);
  const scores = blocks.flatMap(({ index, removable }) => (removable ? [{ index, importance: -index }] : []));
  const posted = await client.models.putScores(modelId, 'learned', { scores });
  expect(await client.models.scores(modelId, 'learned')).toEqual(posted);
  await expect(client.models.putScores(modelId, 'l2', { scores })).rejects.toMatchObject({
    code: 'criterion-reserved',
  });
  const filters = await client.models.putFilterScores(modelId, 'learned', { keep: { 'b1.conv1': [0, 5] } });
  expect(await client.models.filterScores(modelId, 'learned')).toEqual(filters);
  expect((await client.models.chooseFilters(modelId, { criterion: 'learned' })).recipe.filters).toEqual({
    'b1.conv1': [0, 5],
  });
  expect(await client.datasets.get(dataset)).toMatchObject({ samples: SAMPLES, classes: CLASSES });
});

test('what cannot be scored is refused with its code, and scores that nobody wants any more end', async () => {
  await expect(ask({ criterion: 'imprinting', dataset: unlabelled })).rejects.toMatchObject({ code: 'labels-missing' });
  const narrow = await upload([3, 6], CLASSES);
  await expect(ask({ criterion: 'ablation', dataset: narrow })).rejects.toMatchObject({ code: 'dataset-unfit' });
  const endless = await ask({ criterion: 'gate-taylor', probes: 10_000, batch: 2 });
  await until(async () => (await client.measurements.get(endless)).progress?.phase === 'scoring');
  const children = await childrenOf(agent.pid);
  await client.measurements.cancel(endless);
  await untilGone(children);
  expect(await client.measurements.get(endless)).toMatchObject({ status: 'cancelled', score: null });
});
