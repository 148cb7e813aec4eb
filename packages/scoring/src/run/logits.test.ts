import { expect, test } from '@jest/globals';
import { GraphBuilder } from '@espalier/onnx';
import type { TensorShape } from '@espalier/pruning';
import { findLogits } from './logits.js';
import { crossEntropy } from './loss.js';
import { featuresOf, penultimateTensor } from './penultimate.js';

const real = (...dims: readonly number[]): TensorShape => ({ elementType: 'float32', dims });

test('logits are what a Softmax reads, seen through nodes that change no number', () => {
  const g = new GraphBuilder('softmax');
  const scores = g.gemm('head', g.input('x', 'float32', ['n', 4]), { out: 3 });
  const shares = g.node('Softmax', [g.identity('same', scores)], { axis: 1 }, { name: 'softmax' });
  const { graph } = g.output(g.flatten('flat', shares), { as: 'y' }).build();
  expect(findLogits(graph, new Map([['y', real(1, 3)]]))).toEqual({ tensor: 'same_out', classes: 3 });
});

test('the first output of shape samples × classes is taken, with further axes of size 1 too', () => {
  const g = new GraphBuilder('two outputs');
  const x = g.input('x', 'float32', ['n', 4, 8, 8]);
  g.output(g.conv('map', x, { out: 4 }), { as: 'map' });
  const { graph } = g.output(g.globalAveragePool('pool', x), { as: 'pooled' }).build();
  const shapes = new Map([
    ['map', real(1, 4, 8, 8)],
    ['pooled', real(1, 4, 1, 1)],
  ]);
  expect(findLogits(graph, shapes)).toEqual({ tensor: 'pooled', classes: 4 });
  expect(() => findLogits(graph, new Map([['map', real(1, 4, 8, 8)]]))).toThrow('samples × classes');
});

test('cross-entropy holds for logits that no exponential could', () => {
  const data = Float32Array.of(1000, 0, -1000, 0);
  expect(crossEntropy({ dims: [2, 2], data }, Int32Array.of(0, 0))).toEqual({ loss: 1000, correct: 1, samples: 2 });
});

test('penultimate features are what the last weighted node on the way to the output reads', () => {
  const g = new GraphBuilder('squeezed');
  const x = g.input('x', 'float32', ['n', 3, 8, 8]);
  const body = g.relu('relu', g.conv('body', x, { out: 4 }));
  const head = g.globalAveragePool('pool', g.conv('head', body, { out: 10 }));
  g.output(head, { as: 'y' });
  // It comes last, and does not lead to the first output.
  const { graph } = g.output(g.conv('aside', body, { out: 2 }), { as: 'z' }).build();
  expect(penultimateTensor(graph)).toBe('relu_out');
});

test('features of maps are means over places, those of tokens over tokens', () => {
  const data = Float32Array.of(1, 3, 10, 30);
  expect(featuresOf({ dims: [1, 2, 1, 2], data })).toEqual([Float64Array.of(2, 20)]);
  expect(featuresOf({ dims: [1, 2, 2], data })).toEqual([Float64Array.of(5.5, 16.5)]);
  expect(featuresOf({ dims: [2, 2], data })).toEqual([Float64Array.of(1, 3), Float64Array.of(10, 30)]);
});
