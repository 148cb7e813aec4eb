import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addAgent, addModel, bytesOf, openScene, type Scene, scoreOf, wish } from '../testing/scene.js';

let scene: Scene;
let dataset: string;
beforeAll(async () => {
  scene = await openScene();
  const staged = await scene.store.artifacts.receive(bytesOf('data'), { maxBytes: 10 });
  ({ sha256: dataset } = await staged.keep('dataset'));
  await scene.store.datasets.add({ sha256: dataset, samples: 5e9, classes: null, arrays: [] });
});
afterAll(async () => await scene.close());

const key = { granularity: 'block', criterion: 'cka', reduction: 'all' } as const;

/** A measurement that computes `cka` of a model of that name, claimed by an agent. */
async function claimed(name: string) {
  const { measurements } = scene.store;
  const modelId = await addModel(scene.store, name);
  const scoring = {
    ...key,
    dataset,
    samples: 16,
    batch: 8,
    probes: 1,
    prototypeShare: 0.5,
    embedding: 512,
    filterCriterion: 'l2',
    threshold: 0.05,
    seed: 1,
  };
  const [created] = await measurements.createBatch([wish(modelId, { kind: 'score', spec: { scoring } })]);
  const measurementId = created?.measurement.id ?? '';
  const agentId = await addAgent(scene.store);
  await measurements.claim({ measurementId, attempt: 1, agentId, leaseSeconds: 60 });
  const deliver = async (importance: number) =>
    await measurements.deliver({
      measurementId,
      attempt: 1,
      agentId,
      outcome: { kind: 'scored', score: { ...scoreOf(), scores: [{ index: 0, importance }] } },
    });
  return { modelId, measurementId, deliver };
}

test('scores are kept with the result that brought them, every bit, and once', async () => {
  const { modelId, measurementId, deliver } = await claimed('scored');
  expect(await deliver(0.1 + 0.2)).toMatchObject({ accepted: true });
  expect(await deliver(7)).toMatchObject({ accepted: false });
  const scores = [{ index: 0, importance: 0.1 + 0.2 }];
  expect(await scene.store.scores.ofBlocks(modelId, key)).toEqual({ source: 'calibration', scores });
  const { score } = await scene.store.measurements.get(measurementId);
  expect(score).toEqual({ ...scoreOf(), scores });
  expect(score?.environment.during).toHaveLength(1);
});

test('scores of a measurement that nobody wants any more are not those of the model', async () => {
  const { modelId, measurementId, deliver } = await claimed('cancelled');
  await scene.store.measurements.cancel(measurementId);
  expect(await deliver(1)).toMatchObject({ accepted: false });
  expect(await scene.store.scores.ofBlocks(modelId, key)).toBeNull();
});

test('a data set may hold more samples than a 32-bit number', async () => {
  expect(await scene.store.datasets.get(dataset)).toMatchObject({ samples: 5e9, classes: null, sizeBytes: 4 });
});
