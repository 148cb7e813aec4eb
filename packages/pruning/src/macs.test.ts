import { GraphBuilder, type OnnxModel } from '@espalier/onnx';
import { expect, test } from '@jest/globals';
import { macsOf } from './macs.js';
import { traceModel } from './testing/run-model.js';

/** Multiply-accumulates of the node `layer`. */
async function macsOfLayer(model: OnnxModel): Promise<number> {
  const node = model.graph.nodeNamed('layer');
  return node ? macsOf(model.graph, await traceModel(model), node) : Number.NaN;
}

test('a grouped convolution with a stride', async () => {
  const g = new GraphBuilder('conv');
  const y = g.conv('layer', g.input('x', 'float32', [2, 8, 6, 6]), { out: 12, group: 4, stride: 2 });
  expect(await macsOfLayer(g.output(y).build())).toBe(2 * 12 * 3 * 3 * (8 / 4) * 9);
});

test('a transposed convolution counts every input pixel once for each of its weights', async () => {
  const g = new GraphBuilder('transposed');
  const x = g.input('x', 'float32', [1, 6, 5, 5]);
  const w = g.uniform('w', [6, 4, 3, 3], [0, 1]);
  const y = g.node('ConvTranspose', [x, w], { group: 2, strides: [2, 2] }, { name: 'layer' });
  expect(await macsOfLayer(g.output(y).build())).toBe(6 * 25 * 4 * 9);
});

test('a matrix product on either side', async () => {
  const g = new GraphBuilder('right');
  const right = g.node(
    'MatMul',
    [g.input('x', 'float32', [2, 3, 8]), g.uniform('w', [8, 5], [0, 1])],
    {},
    { name: 'layer' },
  );
  expect(await macsOfLayer(g.output(right).build())).toBe(2 * 3 * 8 * 5);
  const h = new GraphBuilder('left');
  const left = h.node(
    'MatMul',
    [h.uniform('w', [5, 8], [0, 1]), h.input('x', 'float32', [8, 3])],
    {},
    { name: 'layer' },
  );
  expect(await macsOfLayer(h.output(left).build())).toBe(5 * 8 * 3);
});

test('a fully connected layer with turned operands', async () => {
  const g = new GraphBuilder('gemm');
  const x = g.input('x', 'float32', [8, 2]);
  const y = g.node('Gemm', [x, g.uniform('w', [5, 8], [0, 1])], { transA: 1, transB: 1 }, { name: 'layer' });
  expect(await macsOfLayer(g.output(y).build())).toBe(2 * 8 * 5);
});

test('an Einsum by the indices of its equation', async () => {
  const g = new GraphBuilder('einsum');
  const x = g.input('x', 'float32', [2, 3, 8]);
  const y = g.node('Einsum', [x, g.uniform('w', [8, 5], [0, 1])], { equation: 'btd,do->bto' }, { name: 'layer' });
  expect(await macsOfLayer(g.output(y).build())).toBe(2 * 3 * 8 * 5);
});

test('a recurrent layer takes all its weights at every step', async () => {
  const [steps, batch, size, hidden] = [7, 2, 5, 3];
  const g = new GraphBuilder('lstm');
  const x = g.input('x', 'float32', [steps, batch, size]);
  const weights = [g.uniform('w', [1, 4 * hidden, size], [0, 1]), g.uniform('r', [1, 4 * hidden, hidden], [0, 1])];
  const y = g.node('LSTM', [x, ...weights], { hidden_size: hidden }, { name: 'layer' });
  expect(await macsOfLayer(g.output(y).build())).toBe(steps * batch * 4 * hidden * (size + hidden));
});

test('a product of two computed tensors is not counted', async () => {
  const g = new GraphBuilder('attention');
  const x = g.input('x', 'float32', [2, 4, 4]);
  const y = g.node('MatMul', [x, g.node('Relu', [x], {}, { name: 'relu' })], {}, { name: 'layer' });
  expect(await macsOfLayer(g.output(y).build())).toBe(0);
});
