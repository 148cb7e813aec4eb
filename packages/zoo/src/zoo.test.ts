import { encodeModel, exposeTensors, type GraphNode, type OnnxModel } from '@espalier/onnx';
import { expect, test } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ZooEntry } from './architecture.js';
import { buildZooModel, zooModels, type ZooOptions } from './zoo.js';

const NAMES = zooModels.map(({ name }) => name);

/** Runs a model on a fixed image of the given side; returns all outputs by name. */
async function run(model: OnnxModel, sizePx: number): Promise<Record<string, Tensor>> {
  const session = await InferenceSession.create(Buffer.concat(encodeModel(model)), { intraOpNumThreads: 2 });
  try {
    const image = Float32Array.from({ length: 3 * sizePx * sizePx }, (_, index) => Math.sin(index * 12.9898) * 1.7);
    return await session.run({ input: new Tensor('float32', image, [1, 3, sizePx, sizePx]) });
  } finally {
    await session.release();
  }
}

async function logitsOf(model: OnnxModel, sizePx: number): Promise<readonly number[]> {
  const { logits } = await run(model, sizePx);
  return Array.from(logits?.data ?? [], Number);
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? Number.NaN))));
}

function weightDims(model: OnnxModel, node: GraphNode): readonly number[] {
  return model.graph.initializer(node.inputs[1] ?? '')?.dims ?? [];
}

/** Multiply-accumulates of all convolutions and linear layers, from the shapes of a real run. */
async function macsOf(model: OnnxModel, entry: ZooEntry): Promise<number> {
  const weighted = model.graph.nodes.filter(({ opType }) => opType === 'Conv' || opType === 'Gemm');
  const outputs = await run(
    exposeTensors(
      model,
      weighted.flatMap(({ outputs: [first = ''] }) => first),
    ),
    entry.inputShape[2] ?? 0,
  );
  return weighted.reduce((sum, node) => {
    const [, ...perOutput] = weightDims(model, node);
    const outputElements = outputs[node.outputs[0] ?? '']?.dims.reduce((product, dim) => product * dim, 1) ?? 0;
    return sum + outputElements * perOutput.reduce((product, dim) => product * dim, 1);
  }, 0);
}

function nodeNames({ graph }: OnnxModel): string[] {
  return graph.nodes.map(({ name }) => name);
}

function stemWeight(options: ZooOptions): Float32Array | undefined {
  return buildZooModel('resnet20', options).graph.initializer('conv1.weight')?.toFloat32();
}

function parametersOf({ graph }: OnnxModel): number {
  return graph.initializerNames
    .map((name) => graph.initializer(name))
    .filter((tensor) => tensor?.elementType === 'float32' && !tensor.name.includes('.running_'))
    .reduce((sum, tensor) => sum + (tensor?.elementCount ?? 0), 0);
}

test.each(zooModels)('$name has exactly the parameters that are published', (entry) => {
  expect(parametersOf(buildZooModel(entry.name))).toBe(entry.publishedParameters);
});

test.each(zooModels)('$name has exactly the multiply-accumulates that are published', async (entry) => {
  expect(await macsOf(buildZooModel(entry.name), entry)).toBe(entry.publishedMacs);
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
    expect(parametersOf(buildZooModel(name))).toBe(expected);
  }
});

test.each([
  ['resnet18', 8, 5],
  ['resnet34', 16, 13],
  ['resnet50', 16, 12],
  ['resnet101', 33, 29],
  ['resnet20', 9, 7],
  ['resnet56', 27, 25],
])('%s has %i blocks, of which %i keep their shape', (name, blocks, removable) => {
  const entry = zooModels.find((each) => each.name === name);
  expect([entry?.blocks, entry?.removableBlocks.length]).toEqual([blocks, removable]);
});

test.each(NAMES)('the logits of %s are of ordinary size, and differ between classes', async (name) => {
  const logits = await logitsOf(buildZooModel(name, { imageSizePx: 64 }), 64);
  expect(logits.every(Number.isFinite)).toBe(true);
  expect(Math.max(...logits.map(Math.abs))).toBeLessThan(1000);
  expect(Math.max(...logits) - Math.min(...logits)).toBeGreaterThan(0.1);
});

test.each(['resnet18', 'resnet50', 'resnet56'])('%s computes the same with its norms folded', async (name) => {
  const kept = await logitsOf(buildZooModel(name, { imageSizePx: 64 }), 64);
  const folded = buildZooModel(name, { imageSizePx: 64, batchNorm: 'folded' });
  expect(folded.graph.nodes.some(({ opType }) => opType === 'BatchNormalization')).toBe(false);
  expect(largestDifference(kept, await logitsOf(folded, 64))).toBeLessThan(1e-4 * Math.max(...kept.map(Math.abs)));
});

test('every block of a network is felt in its output', async () => {
  const { removableBlocks } = zooModels.find(({ name }) => name === 'resnet56') ?? { removableBlocks: [] };
  const whole = await logitsOf(buildZooModel('resnet56'), 32);
  for (const block of removableBlocks) {
    const without = await logitsOf(buildZooModel('resnet56', { omitBlocks: [block] }), 32);
    expect(largestDifference(whole, without)).toBeGreaterThan(1e-3);
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
