import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  addAgent,
  addMeasurement,
  addModel,
  bytesOf,
  openScene,
  resultOf,
  type Scene,
  wish,
} from '../testing/scene.js';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => await scene.close());

const one = async (...request: Parameters<typeof wish>) => {
  const [created] = await scene.store.measurements.createBatch([wish(...request)]);
  if (created === undefined) throw new Error('nothing was created');
  return created;
};

async function finish(measurementId: string, kind: 'succeeded' | 'failed'): Promise<void> {
  const { measurements } = scene.store;
  const agentId = await addAgent(scene.store);
  const { attempt } = await measurements.claim({ measurementId, attempt: 1, agentId, leaseSeconds: 60 });
  await measurements.deliver({
    measurementId,
    attempt,
    agentId,
    outcome:
      kind === 'succeeded'
        ? { kind, result: resultOf(5) }
        : { kind, failure: { code: 'model-invalid', message: 'no' } },
  });
}

test('twenty equal wishes at once are one measurement', async () => {
  const subject = await addModel(scene.store, 'raced');
  const created = await Promise.all(Array.from({ length: 20 }, async () => await one(subject)));
  expect(new Set(created.map(({ measurement }) => measurement.id)).size).toBe(1);
  expect(created.filter((entry) => entry.created)).toHaveLength(1);
});

test('batches with the same wishes in different orders do not block each other', async () => {
  const subjects = await Promise.all(Array.from({ length: 8 }, async (_, at) => await addModel(scene.store, `b${at}`)));
  const wishes = subjects.map((subject) => wish(subject));
  const batches = await Promise.all(
    Array.from({ length: 10 }, async (_, at) => {
      const order = at % 2 === 0 ? wishes : wishes.toReversed();
      return await scene.store.measurements.createBatch(order);
    }),
  );
  const ids = new Set(batches.flat().map(({ measurement }) => measurement.id));
  expect(ids.size).toBe(8);
  expect(batches.flat().filter(({ created }) => created)).toHaveLength(8);
});

test('the answers are in the order of the wishes, and a doubled wish is created once', async () => {
  const [a, b] = [await addModel(scene.store, 'a'), await addModel(scene.store, 'b')];
  const answers = await scene.store.measurements.createBatch([wish(b), wish(a), wish(b)]);
  expect(answers.map(({ measurement }) => measurement.subject)).toEqual([b, a, b]);
  expect(answers[0]?.measurement.id).toBe(answers[2]?.measurement.id);
});

test('a spec is completed by defaults and the target’s provider, and decides what is equal', async () => {
  const subject = await addModel(scene.store, 'specs');
  const plain = await one(subject);
  expect(plain.measurement.spec).toMatchObject({ batch: 1, threads: 1, provider: 'cpu' });
  expect((await one(subject, { spec: { batch: 1 } })).measurement.id).toBe(plain.measurement.id);
  const others = [{ spec: { batch: 2 } }, { target: 'cuda' }, { control: await addModel(scene.store, 'control') }];
  for (const more of others) expect((await one(subject, more)).created).toBe(true);
});

test('a measurement that succeeded answers later wishes; one that failed does not', async () => {
  const good = await one(await addModel(scene.store, 'good'));
  await finish(good.measurement.id, 'succeeded');
  expect(await one(good.measurement.subject)).toMatchObject({
    created: false,
    measurement: { id: good.measurement.id, status: 'succeeded' },
  });
  const bad = await one(await addModel(scene.store, 'bad'));
  await finish(bad.measurement.id, 'failed');
  expect(await one(bad.measurement.subject)).toMatchObject({ created: true, measurement: { status: 'queued' } });
});

test('a cancelled measurement answers nobody', async () => {
  const first = await one(await addModel(scene.store, 'cancelled'));
  await scene.store.measurements.cancel(first.measurement.id);
  expect((await one(first.measurement.subject)).created).toBe(true);
});

test('fresh always measures again, and its success is what later wishes get', async () => {
  const first = await one(await addModel(scene.store, 'fresh'));
  const { subject } = first.measurement;
  const fresh = await one(subject, { fresh: true });
  expect(fresh.created).toBe(true);
  expect((await one(subject)).measurement.id).toBe(first.measurement.id);
  await finish(fresh.measurement.id, 'succeeded');
  expect((await one(subject)).measurement.id).toBe(fresh.measurement.id);
});

test('a fresh measurement that is the only one answers later wishes at once', async () => {
  const subject = await addModel(scene.store, 'only fresh');
  const fresh = await one(subject, { fresh: true });
  expect((await one(subject)).measurement.id).toBe(fresh.measurement.id);
});

test('what a subject was made from is known', async () => {
  const { store } = scene;
  const modelId = await addModel(store, 'base');
  const staged = await store.artifacts.stage(async (path) => {
    const { writeFile } = await import('node:fs/promises');
    await writeFile(path, 'pruned');
    return { sha256: 'c'.repeat(64), sizeBytes: 6 };
  });
  const { sha256: artifact } = await staged.keep('candidate');
  await store.candidates.create({
    modelId,
    recipe: { granularity: 'block', remove: [1] },
    artifact,
    parameters: 1,
    macs: 1,
    reinitialised: [],
  });
  expect((await one(artifact)).measurement.modelId).toBe(modelId);
  expect((await one(modelId)).measurement.modelId).toBe(modelId);
});

test('an unknown artifact or target is refused by name, and nothing of the batch is created', async () => {
  const subject = await addModel(scene.store, 'refused');
  const { measurements } = scene.store;
  await expect(measurements.createBatch([wish(subject), wish('f'.repeat(64))])).rejects.toMatchObject({
    code: 'artifact-unknown',
    message: expect.stringContaining('f'.repeat(64)),
  });
  await expect(measurements.createBatch([wish(subject), wish(subject, { target: 'toaster' })])).rejects.toMatchObject({
    code: 'target-unknown',
    hint: expect.stringContaining('x86-cpu'),
  });
  expect((await measurements.list({ limit: 10, subject })).items).toEqual([]);
});

test('a profile is another measurement than a latency, stands alone, and is listed by its kind', async () => {
  const [subject, control] = [await addModel(scene.store, 'kinds'), await addModel(scene.store, 'kinds control')];
  const latency = await one(subject);
  const profile = await one(subject, { kind: 'profile' });
  expect(profile).toMatchObject({ created: true, measurement: { kind: 'profile', result: null, profile: null } });
  expect((await one(subject, { kind: 'profile' })).measurement.id).toBe(profile.measurement.id);
  const kinds = async (kind: 'latency' | 'profile') =>
    (await scene.store.measurements.list({ limit: 10, modelId: subject, kind })).items.map(({ id }) => id);
  expect(await kinds('latency')).toEqual([latency.measurement.id]);
  expect(await kinds('profile')).toEqual([profile.measurement.id]);
  await expect(one(subject, { kind: 'profile', control })).rejects.toMatchObject({ code: 'control-not-allowed' });
});

test('input data is named by a spec alone, and a spec names nothing else', async () => {
  const subject = await addModel(scene.store, 'fed');
  const staged = await scene.store.artifacts.receive(bytesOf('arrays'), { maxBytes: 100 });
  const { sha256: inputData } = await staged.keep('inputs');
  expect(await one(subject, { spec: { inputData } })).toMatchObject({ measurement: { spec: { inputData } } });
  await expect(one(subject, { spec: { inputData: 'e'.repeat(64) } })).rejects.toMatchObject({
    code: 'artifact-unknown',
    hint: expect.stringContaining('/v1/inputs'),
  });
  for (const wrong of [{ spec: { inputData: subject } }, { control: inputData }]) {
    await expect(one(subject, wrong)).rejects.toMatchObject({ code: 'artifact-kind-wrong' });
  }
  await expect(one(inputData)).rejects.toMatchObject({
    code: 'artifact-kind-wrong',
    message: expect.stringContaining('is input data and cannot be the subject'),
  });
});

test('a list is paged by cursor, newest first, without a gap or a repetition', async () => {
  const { store } = scene;
  const modelId = await addModel(store, 'paged');
  const wishes = Array.from({ length: 25 }, (_, at) => wish(modelId, { spec: { batch: at + 1 } }));
  await store.measurements.createBatch(wishes);
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof store.measurements.list>> = await store.measurements.list({
      limit: 10,
      modelId,
      ...(cursor === null ? {} : { cursor }),
    });
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(new Set(seen).size).toBe(25);
  expect(seen).toHaveLength(25);
});

test('a list is filtered by status, target and spec', async () => {
  const { store } = scene;
  const modelId = await addModel(store, 'filtered');
  await store.measurements.createBatch([
    wish(modelId),
    wish(modelId, { target: 'cuda' }),
    wish(modelId, { spec: { batch: 3 } }),
  ]);
  const targetsOf = async (filter: object) =>
    (await store.measurements.list({ limit: 10, modelId, ...filter })).items.map(({ target, spec }) => [
      target,
      spec.batch,
    ]);
  expect(await targetsOf({ target: 'cuda' })).toEqual([['cuda', 1]]);
  expect(await targetsOf({ spec: { batch: 3 } })).toEqual([['x86-cpu', 3]]);
  expect(await targetsOf({ spec: {}, target: 'cuda' })).toEqual([['cuda', 1]]);
  expect(await targetsOf({ spec: {} })).toHaveLength(2);
  expect(await targetsOf({ status: 'succeeded' })).toEqual([]);
  expect(await targetsOf({ status: 'queued' })).toHaveLength(3);
});

test('a cursor that no list gave is refused', async () => {
  await addMeasurement(scene.store);
  await expect(scene.store.measurements.list({ limit: 1, cursor: 'garbage' })).rejects.toMatchObject({
    code: 'cursor-invalid',
  });
});
