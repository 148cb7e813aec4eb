import { encodeModel, type OnnxModel } from '@espalier/onnx';
import { expect, test } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ZooEntry, ZooInput } from './architecture.js';
import { macsOf, parametersOf } from './testing/counts.js';
import { buildZooModel, zooModels, type ZooOptions } from './zoo.js';

const SMALL_IMAGE_PX = 64;

/** Larger ones are made of the same layers as smaller ones of their family. */
const QUICK = zooModels.filter(({ publishedParameters }) => publishedParameters < 15e6);

/** Runs a model once, on values that follow from their position alone; returns all outputs by name. */
async function run(model: OnnxModel, inputs: readonly ZooInput[]): Promise<Record<string, Tensor>> {
  const session = await InferenceSession.create(Buffer.concat(encodeModel(model)), { intraOpNumThreads: 1 });
  try {
    return await session.run(Object.fromEntries(inputs.map((input) => [input.name, feedOf(input)])));
  } finally {
    await session.release();
  }
}

function feedOf({ elementType, shape, below = 2 }: ZooInput): Tensor {
  const length = shape.reduce((product, dim) => product * dim, 1);
  if (elementType === 'int64') {
    return new Tensor(
      'int64',
      BigInt64Array.from({ length }, (_, index) => BigInt((index * 7 + 1) % below)),
      shape,
    );
  }
  const values = Float32Array.from({ length }, (_, index) => Math.sin(index * 12.9898) * 1.7);
  return new Tensor('float32', values, shape);
}

/** The inputs of an architecture, images of the given side. */
function inputsOf({ inputs, inputShape, smallestImageSizePx = 32 }: ZooEntry, wanted: number): readonly ZooInput[] {
  const side = Math.max(wanted, smallestImageSizePx);
  return inputs ?? [{ name: 'input', elementType: 'float32', shape: [1, inputShape[1] ?? 3, side, side] }];
}

/** The outputs of a model of the zoo. */
async function outputsOf(
  entry: ZooEntry,
  options: ZooOptions = {},
  sizePx = SMALL_IMAGE_PX,
): Promise<{ readonly model: OnnxModel; readonly outputs: Record<string, Tensor> }> {
  const inputs = inputsOf(entry, sizePx);
  const size = entry.inputs ? {} : { imageSizePx: inputs[0]?.shape[2] ?? sizePx };
  const model = buildZooModel(entry.name, { ...size, ...options });
  return { model, outputs: await run(model, inputs) };
}

/** Values of all outputs of a model of the zoo. */
async function resultOf(entry: ZooEntry, options?: ZooOptions, sizePx?: number): Promise<readonly number[]> {
  return valuesIn((await outputsOf(entry, options, sizePx)).outputs);
}

function valuesIn(outputs: Record<string, Tensor>): readonly number[] {
  return Object.values(outputs).flatMap(({ data }) => Array.from(data, Number));
}

function entryOf(name: string): ZooEntry {
  const entry = zooModels.find((each) => each.name === name);
  if (!entry) throw new Error(`the zoo has no ${name}`);
  return entry;
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  return a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (b[index] ?? Number.NaN))), 0);
}

function nodeNames({ graph }: OnnxModel): string[] {
  return graph.nodes.map(({ name }) => name);
}

function stemWeight(options: ZooOptions): Float32Array | undefined {
  return buildZooModel('resnet20', options).graph.initializer('conv1.weight')?.toFloat32();
}

/** Norms of a network that was built with its norms folded. */
function normsLeft(name: string): number {
  const { nodes } = buildZooModel(name, { weights: 'zero', batchNorm: 'folded' }).graph;
  return nodes.filter(({ opType }) => opType === 'BatchNormalization').length;
}

test.each(zooModels)('$name has exactly the parameters and multiply-accumulates that are published', async (entry) => {
  const model = buildZooModel(entry.name, { weights: 'zero' });
  expect({ parameters: parametersOf(model), macs: await macsOf(model) }).toEqual({
    parameters: entry.publishedParameters,
    macs: entry.publishedMacs,
  });
});

test('zero weights stand where random ones would', () => {
  const [zero, random] = [buildZooModel('resnet20', { weights: 'zero' }), buildZooModel('resnet20')];
  expect(nodeNames(zero)).toEqual(nodeNames(random));
  expect(zero.graph.initializerNames).toEqual(random.graph.initializerNames);
  expect(stemWeight({ weights: 'zero' })).toEqual(new Float32Array(432));
});

test('the networks for CIFAR have the parameters that their formula gives', () => {
  // 6n + 2 layers: stem, 6n 3×3 convolutions, two norm vectors each, a linear layer; the first of each stage widens.
  for (const [name, n] of [
    ['resnet20', 3],
    ['resnet56', 9],
  ] as const) {
    const stage = (from: number, width: number): number =>
      9 * (from * width + (2 * n - 1) * width * width) + 2 * n * 2 * width;
    const expected = 3 * 16 * 9 + 32 + stage(16, 16) + stage(16, 32) + stage(32, 64) + 64 * 10 + 10;
    expect(entryOf(name).publishedParameters).toBe(expected);
  }
});

test.each([
  ['resnet18', 8, 5, 0],
  ['resnet34', 16, 13, 0],
  ['resnet50', 16, 12, 0],
  ['resnet101', 33, 29, 0],
  ['resnext50_32x4d', 16, 12, 0],
  ['resnet20', 9, 7, 0],
  ['resnet56', 27, 25, 0],
  ['vgg19', 17, 13, 4],
  ['vgg16_bn_cifar', 13, 9, 4],
  ['squeezenet1_0', 8, 4, 0],
  ['densenet121', 58, 0, 0],
  ['googlenet', 9, 3, 0],
  ['inception_v3', 11, 6, 0],
  ['mobilenet_v1', 13, 8, 0],
  ['mobilenet_v2', 17, 10, 0],
  ['mobilenet_v3_small', 11, 6, 0],
  ['mobilenet_v3_large', 15, 10, 0],
  ['shufflenet_v1', 16, 13, 0],
  ['shufflenet_v2_x1_0', 16, 13, 0],
  ['mnasnet1_0', 17, 10, 0],
  ['efficientnet_b0', 16, 9, 0],
  ['unet', 21, 8, 9],
  ['pix2pix_unet', 15, 0, 1],
  ['vit_tiny_16', 24, 24, 0],
  ['bert_tiny', 4, 4, 0],
])('%s has %i blocks, of which %i keep their shape, and %i can go with new weights', (name, ...counts) => {
  const { blocks, removableBlocks, removableByReinitialising = [] } = entryOf(name);
  expect([blocks, removableBlocks.length, removableByReinitialising.length]).toEqual(counts);
});

test.each(QUICK)(
  'the outputs of $name have the shapes that it declares, are of ordinary size, and differ',
  async (entry) => {
    const { model, outputs } = await outputsOf(entry);
    for (const { name, dims = [] } of model.graph.outputs) {
      expect(outputs[name]?.dims).toEqual(dims.map((dim) => (dim === 'batch' ? 1 : dim)));
    }
    const values = valuesIn(outputs);
    const [smallest, largest] = values.reduce(([low, high], x) => [Math.min(low, x), Math.max(high, x)], [0, 0]);
    expect(values.every(Number.isFinite)).toBe(true);
    expect(Math.max(largest, -smallest)).toBeLessThan(1000);
    expect(largest - smallest).toBeGreaterThan(0.1);
  },
);

test.each(['resnet18', 'resnet56', 'vgg16_bn_cifar', 'densenet121', 'googlenet'])(
  '%s computes the same with its norms folded into convolutions',
  async (name) => {
    const kept = await resultOf(entryOf(name));
    const folded = await resultOf(entryOf(name), { batchNorm: 'folded' });
    expect(largestDifference(kept, folded)).toBeLessThan(1e-4 * Math.max(...kept.map(Math.abs)));
  },
);

test('only norms that follow no convolution stay when norms are folded', () => {
  expect(normsLeft('resnet50')).toBe(0);
  expect(normsLeft('densenet121')).toBe(58 + 3 + 1); // before the 1×1 convolutions, in the transitions, the last
});

test.each(['resnet56', 'squeezenet1_0', 'googlenet', 'mobilenet_v3_small', 'unet_16', 'bert_tiny'])(
  'every block of %s is felt in its output',
  async (name) => {
    const entry = entryOf(name);
    const whole = await resultOf(entry, {}, 32);
    for (const block of entry.removableBlocks) {
      expect(largestDifference(whole, await resultOf(entry, { omitBlocks: [block] }, 32))).toBeGreaterThan(1e-3);
    }
  },
);

test.each([
  ['vgg16_bn_cifar', [1, 8, 12]],
  ['mobilenet_v1', [2, 8, 12]],
  ['mobilenet_v2', [2, 8, 15]],
  ['shufflenet_v1', [1, 9, 15]],
  ['shufflenet_v2_x1_0', [1, 9, 15]],
  ['mnasnet1_0', [2, 8, 15]],
  ['efficientnet_b0', [2, 9, 14]],
  ['unet_16', [8]],
  ['pix2pix_unet_8', [7]],
  ['vit_tiny_16', [0, 11, 23]],
])('the first, a middle and the last block of %s are felt in its output', async (name, blocks) => {
  const entry = entryOf(name);
  const whole = await resultOf(entry, {}, 32);
  for (const block of blocks) {
    expect(largestDifference(whole, await resultOf(entry, { omitBlocks: [block] }, 32))).toBeGreaterThan(1e-3);
  }
});

test('a network without a block has the nodes and weights of the whole one, but for that block', () => {
  const whole = buildZooModel('resnet50');
  const without = buildZooModel('resnet50', { omitBlocks: [5] }); // the third block of the second stage
  expect(nodeNames(without)).toEqual(nodeNames(whole).filter((name) => !name.startsWith('layer2.2.')));
  const sample = ['conv1.weight', 'layer2.1.conv3.weight', 'layer2.3.conv1.weight', 'fc.bias'];
  for (const name of sample)
    expect(without.graph.initializer(name)?.toFloat32()).toEqual(whole.graph.initializer(name)?.toFloat32());
});

test('the seed decides the weights', () => {
  expect(stemWeight({})).toEqual(stemWeight({ seed: 1 }));
  expect(stemWeight({ seed: 1 })).not.toEqual(stemWeight({ seed: 2 }));
});

test('a block that changes the shape cannot be left out', () => {
  for (const block of [3, 7, 13, 16, -1]) {
    expect(() => buildZooModel('resnet50', { omitBlocks: [block] })).toThrow(
      expect.objectContaining({ code: 'block-not-removable', hint: expect.stringContaining('1, 2, 4') }),
    );
  }
});

test('an unknown name is answered with the names there are', () => {
  expect(() => buildZooModel('resnet1000')).toThrow(
    expect.objectContaining({ code: 'model-unknown', hint: expect.stringContaining('resnet50') }),
  );
});
