import { constantData, GraphBuilder, type GraphNode, type OnnxModel } from '@espalier/onnx';
import { expect, test } from '@jest/globals';
import { filterScores, type WeightNorm } from './filter-scores.js';
import { nodeWeights } from './weights.js';

/** Scores of the filters of the node `layer`, rounded to what float32 weights allow; or why there are none. */
function scoresOf(model: OnnxModel, norm: WeightNorm = 'l1', normalised = false): readonly number[] | string {
  const weights = nodeWeights(model.graph, layerOf(model));
  if (weights.kind === 'unreadable') return weights.reason;
  return [...filterScores(weights.tensors, norm, { normalised })].map((score) => Number(score.toPrecision(6)));
}

function layerOf({ graph }: OnnxModel): GraphNode {
  const node = graph.nodeNamed('layer');
  if (!node) throw new Error('the test model has no node named layer');
  return node;
}

/** A model with one node named `layer`, which reads `x` and what `weights` makes. */
function modelOf(
  opType: string,
  weights: (g: GraphBuilder) => string[],
  attributes: Parameters<GraphBuilder['node']>[2] = {},
  { isWeightFirst = false } = {},
): OnnxModel {
  const g = new GraphBuilder('weights', { opset: 17 });
  const x = g.input('x', 'float32', [null]);
  const operands = weights(g);
  const y = g.node(opType, isWeightFirst ? [...operands, x] : [x, ...operands], attributes, { name: 'layer' });
  return g.output(y).build();
}

/** 1, 2, 3, … with alternating signs. */
function counting(dims: readonly number[]): Float32Array {
  const length = dims.reduce((product, dim) => product * dim, 1);
  return Float32Array.from({ length }, (_, index) => (index + 1) * (index % 2 === 0 ? 1 : -1));
}

const stored =
  (...dims: number[]) =>
  (g: GraphBuilder): string[] => [g.initializer('w', constantData(dims, counting(dims)))];

test('a filter of a convolution is everything behind its first axis', () => {
  expect(scoresOf(modelOf('Conv', stored(2, 1, 1, 3)))).toEqual([6, 15]);
  expect(scoresOf(modelOf('Conv', stored(2, 1, 1, 3)), 'l2')).toEqual([14, 77]);
});

test('normalised scores are divided by the weights that a filter has', () => {
  expect(scoresOf(modelOf('Conv', stored(2, 1, 1, 3)), 'l1', true)).toEqual([2, 5]);
});

test('a filter of a linear layer is a column of the second operand, or a row where that is turned', () => {
  expect(scoresOf(modelOf('MatMul', stored(2, 3)))).toEqual([5, 7, 9]);
  expect(scoresOf(modelOf('Gemm', stored(2, 3)))).toEqual([5, 7, 9]);
  expect(scoresOf(modelOf('Gemm', stored(2, 3), { transB: 1 }))).toEqual([6, 15]);
});

test('a filter of a linear layer whose weights come first is a row, or a column where they are turned', () => {
  expect(scoresOf(modelOf('MatMul', stored(2, 3), {}, { isWeightFirst: true }))).toEqual([6, 15]);
  expect(scoresOf(modelOf('Gemm', stored(2, 3), { transA: 1 }, { isWeightFirst: true }))).toEqual([5, 7, 9]);
});

test('every matrix of a stack has filters of its own', () => {
  expect(scoresOf(modelOf('MatMul', stored(2, 2, 2)))).toEqual([4, 6, 12, 14]);
});

test('a filter of a transposed convolution is an output channel, and each group has its own', () => {
  expect(scoresOf(modelOf('ConvTranspose', stored(2, 2, 1)))).toEqual([4, 6]);
  expect(scoresOf(modelOf('ConvTranspose', stored(2, 2, 1), { group: 2 }))).toEqual([1, 2, 3, 4]);
});

function recurrent(g: GraphBuilder): string[] {
  return [
    g.initializer('w', constantData([1, 4, 2], counting([1, 4, 2]))),
    g.initializer('r', constantData([1, 4, 1], counting([1, 4, 1]))),
  ];
}

test('input and recurrent weights of a recurrent layer add up', () => {
  expect(scoresOf(modelOf('LSTM', recurrent, { hidden_size: 1 }))).toEqual([3 + 1, 7 + 2, 11 + 3, 15 + 4]);
  expect(scoresOf(modelOf('LSTM', recurrent, { hidden_size: 1 }), 'l1', true)).toEqual(
    [4 / 3, 3, 14 / 3, 19 / 3].map((s) => Number(s.toPrecision(6))),
  );
});

function turned(g: GraphBuilder): string[] {
  const half = g.initializer('w', constantData([3, 2], counting([3, 2]), { as: 'float16' }));
  const single = g.node('Cast', [g.identity('id', half)], { to: 1 }, { name: 'cast' });
  return [g.node('Transpose', [single], { perm: [1, 0] }, { name: 'turn' })];
}

test('weights behind Identity, Cast and Transpose are read as they are used', () => {
  expect(scoresOf(modelOf('MatMul', turned))).toEqual([3, 7, 11]);
});

function filled(g: GraphBuilder): string[] {
  return [g.node('ConstantOfShape', [g.ints('shape', [4, 3, 2])], {}, { name: 'fill' })];
}

test('weights that a node fills are read without being written out', () => {
  expect(scoresOf(modelOf('Conv', filled))).toEqual([0, 0, 0, 0]);
});

const quantised =
  (scales: number[], zeros: number[]) =>
  (g: GraphBuilder): string[] => {
    const dims = scales.length === 1 ? [] : [scales.length];
    const parts = [
      g.initializer('q', constantData([2, 1, 2], Int8Array.of(1, -2, 3, 4))),
      g.initializer('scale', constantData(dims, Float32Array.from(scales))),
      g.initializer('zero', constantData(dims, Int8Array.from(zeros))),
    ];
    return [g.node('DequantizeLinear', parts, { axis: 0 }, { name: 'dq' })];
  };

test('quantised weights count as the numbers that they stand for, with one scale or one for each filter', () => {
  expect(scoresOf(modelOf('Conv', quantised([0.5], [1])))).toEqual([(0 + 3) / 2, (2 + 3) / 2]);
  expect(scoresOf(modelOf('Conv', quantised([0.5, 2], [1, 0])))).toEqual([1.5, 14]);
});

test('weights of a quantised convolution are scaled by its own operands', () => {
  const g = new GraphBuilder('quantised');
  const x = g.input('x', 'uint8', [1, 1, 2, 2]);
  const [scale, zero] = [
    g.initializer('scale', constantData([], Float32Array.of(1))),
    g.initializer('zero', constantData([], Uint8Array.of(0))),
  ];
  const weights = [
    g.initializer('w', constantData([2, 1, 1, 1], Int8Array.of(3, -5))),
    g.initializer('ws', constantData([2], Float32Array.of(2, 0.5))),
    g.initializer('wz', constantData([2], Int8Array.of(0, 1))),
  ];
  const y = g.node('QLinearConv', [x, scale, zero, ...weights, scale, zero], {}, { name: 'layer' });
  expect(scoresOf(g.output(y, { elementType: 'uint8' }).build())).toEqual([6, 3]);
});

function computed(g: GraphBuilder): string[] {
  const w = g.initializer('w', constantData([2, 2], counting([2, 2])));
  return [g.node('Mul', [w, w], {}, { name: 'square' })];
}

test('weights that are computed are not read, and the node is named', () => {
  expect(scoresOf(modelOf('MatMul', computed))).toBe('weights that are computed at node "layer"');
});

test('integer weights whose scale lies elsewhere are not read', () => {
  const g = new GraphBuilder('integers');
  const x = g.input('x', 'uint8', [1, 1, 2, 2]);
  const w = g.initializer('w', constantData([1, 1, 1, 1], Int8Array.of(3)));
  const model = g.output(g.node('ConvInteger', [x, w], {}, { name: 'layer' }), { elementType: 'int32' }).build();
  expect(scoresOf(model)).toBe('weights of the operator ConvInteger at node "layer"');
});
