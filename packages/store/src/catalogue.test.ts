import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addModel, bytesOf, openScene, type Scene } from './testing/scene.js';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => await scene.close());

const stranger = 'f'.repeat(64);

test('the same model again keeps its first name', async () => {
  const { store } = scene;
  const id = await addModel(store, 'named');
  const again = { id, name: 'other', opset: 17, parameters: 1, macs: 1, inputs: [], outputs: [] };
  const { created, model } = await store.models.create({ ...again, trace: { inputs: {}, shapes: {} } });
  expect(created).toBe(false);
  expect(model).toMatchObject({ id, name: 'named', sizeBytes: 5 });
  expect(await store.models.find(id)).toEqual(model);
});

test('a model that nobody uploaded is not there', async () => {
  const { store } = scene;
  expect(await store.models.find(stranger)).toBeNull();
  await expect(store.models.get(stranger)).rejects.toMatchObject({ code: 'model-unknown' });
  await expect(store.models.trace(stranger)).rejects.toMatchObject({ code: 'model-unknown' });
});

test('blocks and scores are remembered', async () => {
  const { store } = scene;
  const id = await addModel(store, 'analysed');
  const block = {
    index: 0,
    name: 'layer1',
    removable: false,
    reason: 'shape 1 → 2',
    parameters: 3,
    macs: 4,
    input: { name: 'a', shape: [1] },
    output: { name: 'b', shape: [2] },
    nodes: ['n'],
  };
  expect(await store.models.blocks(id, 'block')).toBeNull();
  await store.models.saveBlocks(id, 'block', [block]);
  await store.models.saveBlocks(id, 'block', []);
  expect(await store.models.blocks(id, 'block')).toEqual([block]);
  expect(await store.models.blocks(id, 'layer')).toBeNull();
  const key = { granularity: 'block', criterion: 'l2', reduction: 'all' } as const;
  expect(await store.scores.ofBlocks(id, key)).toBeNull();
  const scores = { source: 'weights' as const, scores: [{ index: 0, importance: 0.1 + 0.2 }] };
  await store.scores.saveOfBlocks(id, key, scores);
  expect(await store.scores.ofBlocks(id, key)).toEqual(scores);
  expect(await store.scores.ofBlocks(id, { ...key, criterion: 'l1' })).toBeNull();
});

test('the same recipe in another order, also at once, is the same candidate', async () => {
  const { store } = scene;
  const modelId = await addModel(store, 'base');
  const staged = await store.artifacts.receive(bytesOf('pruned'), { maxBytes: 100 });
  const { sha256: artifact } = await staged.keep('candidate');
  const create = async (remove: number[]) =>
    await store.candidates.create({
      modelId,
      recipe: { granularity: 'block', remove },
      artifact,
      parameters: 1,
      macs: 1,
      reinitialised: [],
    });
  const made = await Promise.all([create([10, 2]), create([2, 10]), create([2, 10, 2])]);
  expect(new Set(made.map(({ candidate }) => candidate.id)).size).toBe(1);
  expect(made.filter(({ created }) => created)).toHaveLength(1);
  expect(made[0]?.candidate).toMatchObject({ recipe: { granularity: 'block', remove: [2, 10] }, sizeBytes: 6 });
  expect(await store.candidates.findByRecipe(modelId, { granularity: 'block', remove: [10, 2] })).not.toBeNull();
  expect(await store.candidates.findByRecipe(modelId, { granularity: 'layer', remove: [10, 2] })).toBeNull();
});

test('an uploaded candidate is one by its bytes', async () => {
  const { store } = scene;
  const modelId = await addModel(store, 'another base');
  const staged = await store.artifacts.receive(bytesOf('as it is'), { maxBytes: 100 });
  const { sha256: artifact } = await staged.keep('candidate');
  expect(await store.candidates.findUploaded(modelId, artifact)).toBeNull();
  const upload = { modelId, recipe: null, artifact, parameters: 1, macs: 1, reinitialised: [] };
  const { candidate } = await store.candidates.create(upload);
  expect(await store.candidates.findUploaded(modelId, artifact)).toEqual(candidate);
  expect(await store.candidates.create(upload)).toEqual({ created: false, candidate });
  expect((await store.candidates.list({ limit: 10, modelId })).items).toEqual([candidate]);
});

test('Postgres away is said as such', async () => {
  const { openStore } = await import('./store.js');
  const away = await openStore({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none', artifactsDir: scene.artifactsDir });
  const calls = [
    away.ping(),
    away.models.get(stranger),
    away.plans.withDue(async () => {
      throw new Error('never');
    }),
    away.measurements.reapExpiredLeases(),
  ];
  for (const answer of await Promise.allSettled(calls)) {
    expect(answer).toMatchObject({ reason: { code: 'database-unavailable', retryable: true } });
  }
  await away.close();
});
