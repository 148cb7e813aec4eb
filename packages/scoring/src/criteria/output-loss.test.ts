import { beforeAll, expect, test } from '@jest/globals';
import { encodeModel, GraphBuilder, type OnnxModel, seededValues } from '@espalier/onnx';
import { removeFilters } from '@espalier/pruning';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ArraySource } from '../dataset/write-dataset.js';
import { arrayOf, importances, inScene, scoreHere } from '../testing/in-process.js';
import { IMAGE_SIDE, unetModel } from '../testing/unet-model.js';
import { modelLoss } from './model-loss.js';

const COUNT = 6;
const OUTPUT_SHAPE = [COUNT, 1, IMAGE_SIDE, IMAGE_SIDE];

const shape = [COUNT, 2, IMAGE_SIDE, IMAGE_SIDE];
const images = seededValues('images', COUNT * 2 * IMAGE_SIDE ** 2, -1, 1);
const x = arrayOf('x', 'float32', shape, images);
const model = unetModel();

/** What the whole model makes of the images, all at once. */
let outputs: Float32Array;

async function run(of: OnnxModel): Promise<Float32Array> {
  const session = await InferenceSession.create(Buffer.concat(encodeModel(of)));
  const { y } = await session.run({ x: new Tensor('float32', images, shape) });
  await session.release();
  return Float32Array.from(Object(y?.data));
}

beforeAll(async () => {
  outputs = await run(model);
});

const targets = (values: Float32Array): ArraySource => arrayOf('targets', 'float32', OUTPUT_SHAPE, values);
const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const meanSquare = (values: Float32Array): number => mean(values.map((value) => value ** 2));
const apart = (a: Float32Array, b: Float32Array): Float32Array => a.map((value, at) => value - (b[at] ?? 0));

/** The model with half of the filters of a layer. */
const halved = new Map([['enc0.a', [0, 1, 2, 3]]]);

const lossWithout = async (arrays: readonly ArraySource[]): Promise<number> =>
  inScene({ model, arrays, spec: { batch: 4 } }, async (scene) => {
    const { of } = await modelLoss(scene);
    const { loss, samples } = await of(removeFilters(model, scene.shapes, halved));
    return loss / samples;
  });

const prunedOutputs = async (): Promise<Float32Array> =>
  inScene({ model, arrays: [x], spec: {} }, (scene) => run(removeFilters(model, scene.shapes, halved)));

test('distortion is the squared error against the whole model, over the variance of its output', async () => {
  const variance = meanSquare(outputs) - mean(outputs) ** 2;
  const error = meanSquare(apart(await prunedOutputs(), outputs));
  expect(error / variance).toBeGreaterThan(0.001);
  expect(await lossWithout([x])).toBeCloseTo(error / variance, 4);
});

test('nothing that is pruned distorts nothing, and what is the same everywhere is told', async () => {
  const found = await inScene({ model, arrays: [x], spec: { batch: 4 } }, async (scene) => {
    const { whole, of } = await modelLoss(scene);
    return [whole, await of(model)];
  });
  expect(found).toEqual(Array.from({ length: 2 }, () => ({ loss: 0, correct: null, samples: COUNT })));
  const black = arrayOf('x', 'float32', shape, new Float32Array(images.length));
  const scored = scoreHere({ model, arrays: [black], spec: { criterion: 'sensitivity' } });
  await expect(scored).rejects.toMatchObject({ code: 'criterion-not-applicable' });
});

test('with targets the loss is the mean squared error against them: 0 for what the model gives', async () => {
  expect(await lossWithout([x, targets(outputs)])).toBeCloseTo(meanSquare(apart(await prunedOutputs(), outputs)), 4);
  const spec = { criterion: 'sensitivity', batch: 4 } as const;
  const { loss, accuracy } = await scoreHere({ model, arrays: [x, targets(outputs)], spec });
  expect(loss).toBeCloseTo(0, 10);
  expect(accuracy).toBeNull();
  const masks = arrayOf('targets', 'uint8', OUTPUT_SHAPE, new Uint8Array(outputs.length).fill(1));
  const masked = await scoreHere({ model, arrays: [x, masks], spec });
  expect(masked.loss).toBeCloseTo(meanSquare(outputs.map((value) => value - 1)), 4);
});

test('targets of another shape than the output do not fit', async () => {
  const wrong = arrayOf('targets', 'float32', [COUNT, IMAGE_SIDE, IMAGE_SIDE], outputs);
  const scored = scoreHere({ model, arrays: [x, wrong], spec: { criterion: 'ablation' } });
  await expect(scored).rejects.toMatchObject({ code: 'dataset-unfit', message: expect.stringContaining('8×8') });
});

test('sensitivity of a U-Net needs no labels: filters of zeros can go, what matters stays within the threshold', async () => {
  const threshold = 0.05;
  const spec = { criterion: 'sensitivity', threshold, batch: 4 } as const;
  const { groups, loss, accuracy } = await scoreHere({ model, arrays: [x], spec });
  expect([loss, accuracy]).toEqual([0, null]);
  const rates = new Map(groups.map(({ group, rate }) => [group, rate]));
  expect(rates.get('enc1.a')).toBe(1 - 1 / 8);
  expect(rates.get('dec0')).toBeLessThan(1 - 1 / 8);
  for (const { rate, curve } of groups) {
    expect(curve.find((point) => point.rate === rate)?.loss).toBeLessThanOrEqual(threshold + 1e-12);
    const beyond = curve.filter((point) => point.rate > rate).map((point) => point.loss);
    expect(Math.min(Number.POSITIVE_INFINITY, ...beyond)).toBeGreaterThan(threshold);
  }
});

test('ablation of an image-to-image model is the distortion without the block, and a useless block has none', async () => {
  const g = new GraphBuilder('residual', { seed: 2 });
  const block = (name: string, tensor: string, gamma: readonly [number, number]): string => {
    const conv = g.relu(`${name}.relu`, g.conv(`${name}.conv1`, tensor, { out: 4 }));
    const branch = g.batchNorm(`${name}.bn`, g.conv(`${name}.conv2`, conv, { out: 4 }), { gamma, beta: [0, 0] });
    return g.add(`${name}.add`, tensor, branch);
  };
  const stem = g.conv('stem', g.input('x', 'float32', ['n', 2, IMAGE_SIDE, IMAGE_SIDE]), { out: 4 });
  const body = block('useless', block('useful', stem, [1, 1]), [0, 0]);
  const residual = g.output(g.conv('head', body, { out: 2 }), { as: 'y' }).build();
  const result = await scoreHere({ model: residual, arrays: [x], spec: { criterion: 'ablation', batch: 4 } });
  expect([result.loss, result.accuracy]).toEqual([0, null]);
  const [useful = 0, useless = 1] = importances(result).map(Number);
  expect(useless).toBeCloseTo(0, 6);
  expect(useful).toBeGreaterThan(0.01);
});
