import { constantData, GraphBuilder, type OnnxModel } from '@espalier/onnx';
import { expect, test } from '@jest/globals';
import type { FilterGroup } from '../filters/group.js';
import { filterNorms } from './norms.js';
import { weightSlices } from './slice-values.js';

/** A convolution of two filters of two weights that reads what `weights` makes, and its filters as a group. */
function layerOf(weights: (g: GraphBuilder) => string, tensor: string): { model: OnnxModel; group: FilterGroup } {
  const g = new GraphBuilder('layer', { opset: 17 });
  const x = g.input('x', 'float32', [1, 2, 1, 1]);
  const model = g.output(g.node('Conv', [x, weights(g)], {}, { name: 'layer' })).build();
  const slice = { node: 'layer', tensor, axis: 0, role: 'makes', indicesOf: (filter: number) => [filter] } as const;
  const group = {
    name: 'layer',
    filters: 2,
    prunable: true,
    producers: ['layer'],
    consumers: [],
    parameters: 4,
    slices: [slice],
  };
  return { model, group };
}

function l1Of({ model, group }: ReturnType<typeof layerOf>): readonly number[] | string {
  const layers = weightSlices(model.graph, group, 'makes');
  return typeof layers === 'string' ? layers : [...filterNorms(layers, group.filters, 'l1')];
}

function quantised(g: GraphBuilder): string {
  const weights = g.initializer('q', constantData([2, 2, 1, 1], Int8Array.of(1, -2, 3, 4)));
  const scales = g.initializer('scale', constantData([2], Float32Array.of(0.5, 2)));
  const zeros = g.initializer('zero', constantData([2], Int8Array.of(0, 1)));
  return g.node('DequantizeLinear', [weights, scales, zeros], { axis: 0 }, { name: 'dq' });
}

test('quantised weights count as the numbers that they stand for', () => {
  expect(l1Of(layerOf(quantised, 'q'))).toEqual([(1 + 2) * 0.5, (2 + 3) * 2]);
});

function filled(g: GraphBuilder): string {
  const other = new GraphBuilder('value');
  const name = other.initializer('value', constantData([1], Float32Array.of(-3)));
  const value = other.output(other.identity('id', name)).build().graph.constantTensor('value')?.proto;
  if (!value) throw new Error('the builder made no tensor');
  return g.node('ConstantOfShape', [g.ints('shape', [2, 2, 1, 1])], { value }, { name: 'fill', outputs: ['w'] });
}

test('weights that a node fills count without being written out', () => {
  expect(l1Of(layerOf(filled, 'w'))).toEqual([6, 6]);
});

test('integers without a scale are not read, and the node is named', () => {
  const integers = layerOf((g) => g.initializer('q', constantData([2, 2, 1, 1], new Int8Array(4))), 'q');
  expect(l1Of(integers)).toBe('integer weights without a scale at node "layer"');
});
