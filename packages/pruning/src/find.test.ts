import { constantData, GraphBuilder, type OnnxModel } from '@espalier/onnx';
import { expect, test } from '@jest/globals';
import type { Block, Granularity, TensorShapes } from './block.js';
import { findBlocks, summarise } from './find.js';
import { type InputDims, traceModel } from './testing/run-model.js';

const IMAGE = [1, 8, 8, 8] as const;

async function blocksOf(
  model: OnnxModel,
  granularity: Granularity = 'block',
  dims: InputDims = {},
): Promise<readonly Block[]> {
  return findBlocks(model, await traceModel(model, dims), granularity);
}

/** Name and, where it cannot go, the reason. */
function listed(blocks: readonly Block[]): string[] {
  return blocks.map(({ name, reason }) => (reason === undefined ? name : `${name}: ${reason}`));
}

function builder(): { g: GraphBuilder; x: string } {
  const g = new GraphBuilder('network', { seed: 3 });
  return { g, x: g.input('x', 'float32', IMAGE) };
}

/** conv → Relu → conv, added to the input. */
function residual(g: GraphBuilder, name: string, x: string, { out = 8, stride = 1 } = {}): string {
  const inner = g.relu(`${name}.relu1`, g.conv(`${name}.conv1`, x, { out, stride }));
  const isSame = stride === 1 && g.channelsOf(x) === out;
  const shortcut = isSame ? x : g.conv(`${name}.shortcut`, x, { out, stride, kernel: 1 });
  return g.relu(`${name}.relu2`, g.add(`${name}.add`, g.conv(`${name}.conv2`, inner, { out }), shortcut));
}

test('a block tells its ends, its nodes, and what goes with it', async () => {
  const { g, x } = builder();
  const model = g.output(residual(g, 'b1', residual(g, 'b0', x)), { as: 'y' }).build();
  const blocks = await blocksOf(model);
  expect(blocks[0]).toEqual({
    index: 0,
    name: 'b0',
    removable: true,
    parameters: 2 * 8 * 8 * 9,
    macs: 2 * 8 * 8 * 9 * 64,
    input: { name: 'x', shape: [1, 8, 8, 8] },
    output: { name: 'b0.relu2_out', shape: [1, 8, 8, 8] },
    nodes: ['b0.conv1', 'b0.relu1', 'b0.conv2', 'b0.add', 'b0.relu2'],
  });
  expect(blocks[1]?.input).toEqual(blocks[0]?.output);
});

test('multiply-accumulates are counted for one sample, whatever the traced batch was', async () => {
  const g = new GraphBuilder('batched');
  const x = g.input('x', 'float32', ['batch', 8, 8, 8]);
  const model = g.output(residual(g, 'b', x), { as: 'y' }).build();
  const [one, five] = [await traceModel(model, { x: [1, 8, 8, 8] }), await traceModel(model, { x: [5, 8, 8, 8] })];
  expect(summarise(model, five)).toEqual(summarise(model, one));
  expect(findBlocks(model, five, 'block')[0]?.macs).toBe(findBlocks(model, one, 'block')[0]?.macs);
});

test('a block that changes the shape says how', async () => {
  const { g, x } = builder();
  const model = g.output(residual(g, 'b1', residual(g, 'b0', x), { out: 16, stride: 2 }), { as: 'y' }).build();
  expect(listed(await blocksOf(model))).toEqual(['b0', 'b1: shape 8×8×8 → 16×4×4']);
});

test('a block whose inner tensor is a second output says so', async () => {
  const { g, x } = builder();
  const y = residual(g, 'b1', residual(g, 'b0', x));
  const model = g.output(y, { as: 'y' }).output('b1.relu1_out').build();
  expect(listed(await blocksOf(model))).toEqual(['b0', 'b1: feeds a second output, "b1.relu1_out"']);
});

test('a block from inside which another output is computed says so', async () => {
  const { g, x } = builder();
  const y = residual(g, 'b2', residual(g, 'b1', residual(g, 'b0', x)));
  const aside = g.globalAveragePool('aside', 'b1.relu1_out');
  const model = g.output(y, { as: 'y' }).output(aside).build();
  expect(listed(await blocksOf(model))).toEqual(['b0', 'b1: feeds node "aside" outside it', 'b2']);
});

test('a block whose output is an output of the network can go', async () => {
  const { g, x } = builder();
  const features = residual(g, 'b0', x);
  const model = g
    .output(residual(g, 'b1', features), { as: 'y' })
    .output(features)
    .build();
  expect(listed(await blocksOf(model))).toEqual(['b0', 'b1']);
});

test('a block stays where the shape of an inner tensor is needed outside', async () => {
  const { g, x } = builder();
  const first = residual(g, 'b0', x);
  const shape = g.node('Shape', ['b0.relu1_out'], {}, { name: 'shape' });
  const second = residual(g, 'b1', first);
  const model = g.output(g.node('Reshape', [second, shape], {}, { name: 'reshape' }), { as: 'y' }).build();
  expect(listed(await blocksOf(model))).toEqual([
    'b0: the shape of an inner tensor is read by node "shape" outside it',
    'b1',
  ]);
});

test('shapes that a block reads of its own tensors go with it, and carry no data', async () => {
  const { g, x } = builder();
  const conv = g.conv('b.conv', x, { out: 8 });
  const shape = g.node('Shape', [conv], {}, { name: 'b.shape' });
  const same = g.node('Reshape', [conv, shape], {}, { name: 'b.reshape', channels: 8 });
  const model = g.output(g.relu('b.relu', g.add('b.add', x, same)), { as: 'y' }).build();
  const blocks = await blocksOf(model);
  expect(listed(blocks)).toEqual(['b']);
  expect(blocks[0]?.nodes).toContain('b.shape');
});

test('a weight that two blocks share belongs to neither', async () => {
  const { g, x } = builder();
  g.heWeights('shared', [8, 8, 3, 3], 72);
  const conv = (name: string, from: string): string =>
    g.node('Conv', [from, 'shared'], { pads: [1, 1, 1, 1] }, { name: `${name}.conv`, channels: 8 });
  const first = g.relu('b0.relu', g.add('b0.add', x, conv('b0', x)));
  const model = g.output(g.relu('b1.relu', g.add('b1.add', first, conv('b1', first))), { as: 'y' }).build();
  const blocks = await blocksOf(model);
  expect(blocks.map(({ parameters }) => parameters)).toEqual([0, 0]);
  expect(summarise(model, await traceModel(model)).parameters).toBe(8 * 8 * 9);
});

test('in a pre-activation network the norm behind the last join is no part of the last block', async () => {
  const { g, x } = builder();
  const block = (name: string, from: string): string => {
    const active = g.relu(`${name}.relu`, g.batchNorm(`${name}.bn`, from));
    return g.add(`${name}.add`, from, g.conv(`${name}.conv`, active, { out: 8 }));
  };
  const trunk = ['b0', 'b1', 'b2'].reduce((from, name) => block(name, from), x);
  const model = g.output(g.relu('end.relu', g.batchNorm('end.bn', trunk)), { as: 'y' }).build();
  const blocks = await blocksOf(model);
  expect(blocks.map(({ output }) => output.name)).toEqual(['b0.add_out', 'b1.add_out', 'b2.add_out']);
});

test('in a post-norm network the norm behind a join is part of the block', async () => {
  const g = new GraphBuilder('post-norm', { seed: 1 });
  const x = g.input('x', 'float32', [1, 4, 16]);
  const block = (name: string, from: string): string => {
    const linear = g.node('MatMul', [from, g.heWeights(`${name}.w`, [16, 16], 16)], {}, { name: `${name}.fc` });
    const weights = [g.uniform(`${name}.g`, [16], [1, 2]), g.uniform(`${name}.b`, [16], [0, 1])];
    return g.node('LayerNormalization', [g.add(`${name}.add`, from, linear), ...weights], {}, { name: `${name}.ln` });
  };
  const model = g
    .output(
      ['b0', 'b1', 'b2'].reduce((from, name) => block(name, from), x),
      { as: 'y' },
    )
    .build();
  const blocks = await blocksOf(model);
  expect(blocks.map(({ nodes }) => nodes.at(-1))).toEqual(['b0.ln', 'b1.ln', 'b2.ln']);
});

test('a network inside one long shortcut is searched for its own blocks, and units that can go', async () => {
  const { g, x } = builder();
  const body = ['b0', 'b1', 'b2'].reduce((from, name) => residual(g, name, from), x);
  const model = g.output(g.add('global.add', x, g.conv('global.conv', body, { out: 8 })), { as: 'y' }).build();
  expect(listed(await blocksOf(model))).toEqual(['b0', 'b1', 'b2', 'global.conv']);
});

test('a gate stays inside the block around it, and is a layer of its own', async () => {
  const { g, x } = builder();
  const wide = g.relu('b.relu', g.conv('b.expand', x, { out: 16, kernel: 1 }));
  const squeezed = g.relu(
    'b.se.relu',
    g.conv('b.se.fc1', g.globalAveragePool('b.se.pool', wide), { out: 4, kernel: 1 }),
  );
  const factor = g.node(
    'Sigmoid',
    [g.conv('b.se.fc2', squeezed, { out: 16, kernel: 1 })],
    {},
    { name: 'b.se.sigmoid' },
  );
  const gated = g.node('Mul', [wide, factor], {}, { name: 'b.se.mul', channels: 16 });
  const model = g.output(g.add('b.add', x, g.conv('b.project', gated, { out: 8, kernel: 1 })), { as: 'y' }).build();
  expect(listed(await blocksOf(model))).toEqual(['b']);
  expect((await blocksOf(model, 'layer')).map(({ name, removable }) => `${name} ${removable}`)).toEqual([
    'b.expand false',
    'b.se true',
    'b.project false',
  ]);
});

test('at granularity layer two linear layers that only together keep the shape are one region', async () => {
  const g = new GraphBuilder('mlp', { seed: 1 });
  const x = g.input('x', 'float32', [1, 16]);
  const inner = g.relu('b.relu', g.gemm('b.up', x, { in: 16, out: 64 }));
  const model = g.output(g.add('b.add', x, g.gemm('b.down', inner, { out: 16 })), { as: 'y' }).build();
  const layers = await blocksOf(model, 'layer');
  expect(layers.map(({ nodes }) => nodes)).toEqual([['b.up', 'b.relu', 'b.down']]);
  expect(layers[0]?.removable).toBe(true);
});

test('a mask that feeds every block is an operand inside them', async () => {
  const g = new GraphBuilder('masked', { seed: 1 });
  const mask = g.input('mask', 'float32', [1, 1, 8, 8]);
  const x = g.input('x', 'float32', IMAGE);
  const block = (name: string, from: string): string => {
    const masked = g.node('Mul', [g.conv(`${name}.conv`, from, { out: 8 }), mask], {}, { name: `${name}.mask` });
    return g.relu(`${name}.relu`, g.add(`${name}.add`, from, masked));
  };
  const model = g.output(block('b1', block('b0', x)), { as: 'y' }).build();
  expect(listed(await blocksOf(model))).toEqual(['b0', 'b1']);
});

test('two towers are both searched', async () => {
  const g = new GraphBuilder('towers', { seed: 1 });
  const [a, b] = [g.input('a', 'float32', IMAGE), g.input('b', 'float32', IMAGE)];
  const left = residual(g, 'left.b1', residual(g, 'left.b0', a));
  const right = residual(g, 'right.b0', b);
  const model = g.output(g.add('meet', left, right), { as: 'y' }).build();
  expect(listed(await blocksOf(model))).toEqual(['left.b0', 'left.b1', 'right.b0']);
});

test('a join between integer tensors is kept: their scales may differ', async () => {
  const g = new GraphBuilder('quantised', { seed: 1 });
  const scale = g.initializer('scale', constantData([], Float32Array.of(0.1)));
  const zero = g.initializer('zero', constantData([], Uint8Array.of(128)));
  const weights = g.initializer('w', constantData([8, 8, 1, 1], new Uint8Array(64).fill(130)));
  const q = g.node('QuantizeLinear', [g.input('x', 'float32', IMAGE), scale, zero], {}, { name: 'q' });
  const conv = (name: string, from: string): string =>
    g.node('QLinearConv', [from, scale, zero, weights, scale, zero, scale, zero], {}, { name });
  const y = g.node('DequantizeLinear', [conv('c1', conv('c0', q)), scale, zero], {}, { name: 'dq' });
  const reason = 'its ends are quantised (uint8), and their scales may differ';
  const blocks = await blocksOf(g.output(y, { as: 'y' }).build());
  expect(listed(blocks)).toEqual([`c0: ${reason}`, `c1: ${reason}`]);
});

/** A sub-graph with a convolution of the outer tensor `x`. */
function convolvedX(name: string): GraphBuilder {
  const inner = new GraphBuilder(name, { seed: 2 });
  return inner.output(inner.conv(`${name}.conv`, 'x', { in: 8, out: 8 }), { dims: IMAGE });
}

test('a block around a node with sub-graphs is kept, and names the node', async () => {
  const { g, x } = builder();
  const condition = g.initializer('condition', constantData([], Uint8Array.of(1), { as: 'bool' }));
  const choice = g.node(
    'If',
    [condition],
    { then_branch: convolvedX('then').toGraph(), else_branch: convolvedX('else').toGraph() },
    { name: 'choice', channels: 8 },
  );
  const model = g.output(residual(g, 'b1', g.add('b0.add', x, choice)), { as: 'y' }).build();
  expect(listed(await blocksOf(model))).toEqual([
    'choice: holds the If node "choice", whose result may have another shape in another run',
    'b1',
  ]);
});

test('a block whose ends were not traced is kept', () => {
  const { g, x } = builder();
  const model = g.output(residual(g, 'b', x), { as: 'y' }).build();
  const shapes: TensorShapes = new Map();
  expect(listed(findBlocks(model, shapes, 'block'))).toEqual(['b: the shape of its ends is not known']);
});

test('a model without weights has no blocks', async () => {
  const { g, x } = builder();
  expect(await blocksOf(g.output(g.relu('relu', x), { as: 'y' }).build())).toEqual([]);
});

test('joins that nest thousands deep are searched', () => {
  const depth = 2000;
  const { g, x } = builder();
  g.heWeights('w', [8, 8, 1, 1], 8);
  const starts: string[] = [];
  let y = x;
  for (let level = 0; level < depth; level++) {
    starts.push(y);
    y = g.node('Conv', [y, 'w'], {}, { name: `conv${level}`, channels: 8 });
  }
  for (const [level, start] of starts.toReversed().entries()) y = g.add(`add${level}`, y, start);
  const model = g.output(y, { as: 'y' }).build();
  const tensors = ['x', ...model.graph.nodes.flatMap(({ outputs }) => outputs)];
  const shapes = new Map(tensors.map((name) => [name, { elementType: 'float32', dims: IMAGE }] as const));
  const blocks = findBlocks(model, shapes, 'layer');
  expect(blocks).toHaveLength(depth);
});
