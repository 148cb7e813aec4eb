import { constantData, GraphBuilder, heValues, type OnnxModel } from '@espalier/onnx';
import { buildZooModel } from '@espalier/zoo';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findBlocks } from './find.js';
import { REINITIALISED_KEY, RECIPE_KEY, removeBlocks } from './remove.js';
import { runModel, traceModel, valuesOf } from './testing/run-model.js';

/** Name, and the weights that its removal makes anew or the reason why it cannot go. */
async function listed(model: OnnxModel): Promise<string[]> {
  const blocks = findBlocks(model, await traceModel(model), 'block');
  return blocks.map(({ name, reason, reinitialises = [] }) => [name, reason ?? reinitialises.join()].join(': '));
}

function unit(
  g: GraphBuilder,
  name: string,
  x: string,
  out: number,
  options: { stride?: number; group?: number } = {},
): string {
  return g.relu(`${name}.relu`, g.batchNorm(`${name}.bn`, g.conv(`${name}.conv`, x, { out, ...options })));
}

function head(g: GraphBuilder, x: string): OnnxModel {
  const pooled = g.flatten('head.flat', g.globalAveragePool('head.pool', x));
  return g.output(g.gemm('head.fc', pooled, { out: 5 }), { as: 'y' }).build();
}

function builder(): { g: GraphBuilder; x: string } {
  const g = new GraphBuilder('network', { seed: 3 });
  return { g, x: g.input('x', 'float32', [1, 4, 8, 8]) };
}

/** Three units of which each widens, and a pooling. */
function pyramid(): OnnxModel {
  const { g, x } = builder();
  const first = g.maxPool('pool', unit(g, 'a', x, 8), { kernel: 2 });
  return head(g, unit(g, 'c', unit(g, 'b', first, 12), 16));
}

test('a unit that changes the width goes with the weights of what reads it made anew', async () => {
  expect(await listed(pyramid())).toEqual(['a.conv: b.conv.weight', 'b.conv: c.conv.weight', 'c.conv: head.fc.weight']);
});

test('what was made anew is told, with its shapes, and written into the model with the seed', async () => {
  const model = pyramid();
  const pruned = removeBlocks(model, await traceModel(model), { granularity: 'block', remove: [0, 2], seed: 9 });
  const wanted = [
    { tensor: 'b.conv.weight', node: 'b.conv', from: [12, 8, 3, 3], to: [12, 4, 3, 3] },
    { tensor: 'head.fc.weight', node: 'head.fc', from: [5, 16], to: [5, 12] },
  ];
  expect(pruned.reinitialised).toEqual(wanted);
  expect(JSON.parse(pruned.model.metadata.get(REINITIALISED_KEY) ?? '')).toEqual(wanted);
  expect(pruned.model.metadata.get(RECIPE_KEY)).toBe('{"granularity":"block","remove":[0,2],"seed":9}');
});

test('new weights follow from the seed and their name, with variance 2 over fan-in', async () => {
  const model = pyramid();
  const shapes = await traceModel(model);
  const weightFor = (seed: number): Float32Array | undefined =>
    removeBlocks(model, shapes, { granularity: 'block', remove: [0], seed })
      .model.graph.initializer('b.conv.weight')
      ?.toFloat32();
  expect(weightFor(1)).toEqual(heValues(1, 'b.conv.weight', { length: 12 * 4 * 9, fanIn: 4 * 9 }));
  expect(weightFor(1)).not.toEqual(weightFor(2));
  const many = heValues(1, 'w', { length: 20_000, fanIn: 50 });
  const variance = many.reduce((sum, value) => sum + value ** 2, 0) / many.length;
  expect(variance).toBeCloseTo(2 / 50, 3);
});

test('where several neighbouring units go, the width that arrives at the next layer decides', async () => {
  const model = pyramid();
  const pruned = removeBlocks(model, await traceModel(model), { granularity: 'block', remove: [0, 1, 2] });
  expect(pruned.reinitialised).toEqual([{ tensor: 'head.fc.weight', node: 'head.fc', from: [5, 16], to: [5, 4] }]);
  expect(pruned.shapes.get('pool_out')?.dims).toEqual([1, 4, 4, 4]);
  expect((await runModel(pruned.model))['y']?.dims).toEqual([1, 5]);
});

test('every other weight keeps its very bytes', async () => {
  const model = pyramid();
  const pruned = removeBlocks(model, await traceModel(model), { granularity: 'block', remove: [1] });
  for (const name of pruned.model.graph.initializerNames.filter((each) => each !== 'c.conv.weight')) {
    expect(pruned.model.graph.initializer(name)?.rawBytes()).toBe(model.graph.initializer(name)?.rawBytes());
  }
});

test('a pooled stack is flattened to the width that arrives, also where the file spells the size', async () => {
  const { g, x } = builder();
  const stacked = unit(g, 'b', g.maxPool('pool', unit(g, 'a', x, 8), { kernel: 2 }), 12);
  const flat = g.node('Reshape', [stacked, g.ints('sizes', [-1, 12 * 16])], {}, { name: 'flat' });
  const model = g.output(g.gemm('fc', flat, { in: 12 * 16, out: 5 }), { as: 'y' }).build();
  const pruned = removeBlocks(model, await traceModel(model), { granularity: 'block', remove: [0, 1] });
  expect(pruned.reinitialised.map(({ to }) => to)).toEqual([[5, 4 * 16]]);
  expect(pruned.model.graph.initializer('sizes')?.ints()).toEqual([-1, 4 * 16]);
  expect((await runModel(pruned.model))['y']?.dims).toEqual([1, 5]);
});

test('weights that are filled by a node, and weights in half precision, are made anew in their own type', async () => {
  const g = new GraphBuilder('half', { seed: 3 });
  const half = (name: string, dims: number[]): string =>
    g.initializer(
      name,
      constantData(dims, new Float32Array(dims.reduce((a, b) => a * b)).fill(0.1), { as: 'float16' }),
    );
  const x = g.input('x', 'float16', [1, 4, 8, 8]);
  const first = g.node('Conv', [x, half('a.w', [8, 4, 1, 1])], {}, { name: 'a' });
  const fill = g.node('ConstantOfShape', [g.ints('shape', [6, 8, 1, 1])], { value: halfZero() }, { name: 'fill' });
  const second = g.node('Relu', [g.node('Conv', [first, fill], {}, { name: 'b' })], {}, { name: 'relu' });
  const model = g.output(second, { as: 'y', elementType: 'float16' }).build();
  const pruned = removeBlocks(model, await traceModel(model), { granularity: 'block', remove: [0] });
  expect(pruned.reinitialised).toEqual([{ tensor: 'fill_out', node: 'b', from: [6, 8, 1, 1], to: [6, 4, 1, 1] }]);
  expect(pruned.model.graph.initializer('fill_out')?.elementType).toBe('float16');
  expect(pruned.model.graph.nodeNamed('fill')).toBeUndefined();
  expect((await runModel(pruned.model))['y']?.dims).toEqual([1, 6, 8, 8]);
});

/** A half-precision one, as the value of a ConstantOfShape node. */
function halfZero() {
  const g = new GraphBuilder('zero');
  g.initializer('zero', constantData([1], Float32Array.of(1), { as: 'float16' }));
  return g.toGraph().initializer[0] ?? '';
}

test('all readers of a unit are made anew, and a Concat beside it widens', async () => {
  const { g, x } = builder();
  const shared = unit(g, 'a', x, 8);
  const left = g.conv('left', shared, { out: 8 });
  const right = g.conv('right', g.concat('cat', [shared, left]), { out: 8 });
  const model = head(g, unit(g, 'd', unit(g, 'c', right, 8), 8));
  expect((await listed(model))[0]).toBe('a.conv: left.weight,right.weight');
  const pruned = removeBlocks(model, await traceModel(model), { granularity: 'block', remove: [0] });
  expect(pruned.reinitialised.map(({ to }) => to)).toEqual([
    [8, 4, 3, 3],
    [8, 12, 3, 3],
  ]);
  expect((await runModel(pruned.model))['y']?.dims).toEqual([1, 5]);
});

test('a shape that is computed from what changes follows by itself, and one that says otherwise keeps the unit', async () => {
  const model = resizing('itself');
  expect((await listed(model))[0]).toBe('a.conv: b.conv.weight');
  const pruned = removeBlocks(model, await traceModel(model), { granularity: 'block', remove: [0] });
  expect((await runModel(pruned.model))['y']?.dims).toEqual([1, 5]);
  const other = await traceModel(resizing('elsewhere'));
  const unitA = findBlocks(resizing('elsewhere'), other, 'layer').find(({ name }) => name === 'a.conv');
  expect(unitA?.reason).toContain('the size that node "resize" (Resize) makes is fixed or computed');
});

/** A Resize to sizes that are computed from what it reads, or from something else. */
function resizing(sizesFrom: 'itself' | 'elsewhere'): OnnxModel {
  const { g, x } = builder();
  const first = unit(g, 'a', x, 8);
  const source = sizesFrom === 'itself' ? first : unit(g, 'aside', x, 8);
  const shape = g.node('Shape', [source], {}, { name: 'shape' });
  const front = g.node('Slice', [shape, g.ints('start', [0]), g.ints('end', [2])], {}, { name: 'front' });
  const sizes = g.node('Concat', [front, g.ints('space', [16, 16])], { axis: 0 }, { name: 'sizes' });
  const larger = g.node('Resize', [first, '', '', sizes], { mode: 'nearest' }, { name: 'resize', channels: 8 });
  const second = unit(g, 'b', larger, 12);
  const whole = sizesFrom === 'itself' ? second : g.concat('cat', [second, upsampled(g, source)]);
  return head(g, unit(g, 'd', unit(g, 'c', whole, 12), 12));
}

function upsampled(g: GraphBuilder, x: string): string {
  const scales = g.initializer('scales', constantData([4], Float32Array.of(1, 1, 2, 2)));
  return g.node('Resize', [x, '', scales], { mode: 'nearest' }, { name: 'up', channels: g.channelsOf(x) });
}

test('a linear layer is a unit too, whichever operator it is written with', async () => {
  const g = new GraphBuilder('mlp', { seed: 3 });
  const x = g.input('x', 'float32', [2, 16]);
  const first = g.relu('r', g.node('MatMul', [x, g.heWeights('w', [16, 12], 16)], {}, { name: 'first' }));
  const second = g.node('MatMul', [first, g.heWeights('v', [12, 10], 12)], {}, { name: 'second' });
  const model = g.output(g.gemm('third', second, { in: 10, out: 3 }), { as: 'y' }).build();
  expect((await listed(model)).slice(0, 2)).toEqual(['first: v', 'second: third.weight']);
  const pruned = removeBlocks(model, await traceModel(model), { granularity: 'block', remove: [0, 1] });
  expect(pruned.reinitialised.map(({ to }) => to)).toEqual([[3, 16]]);
  expect((await runModel(pruned.model))['y']?.dims).toEqual([2, 3]);
});

test('the width of an output of the network never changes', async () => {
  const { g, x } = builder();
  const model = g.output(g.conv('b', unit(g, 'a', x, 8), { out: 8 }), { as: 'y' }).build();
  const last = 'what lies behind it can go too, and then it is the width of the output "y" of the network';
  expect(await listed(model)).toEqual([`a.conv: shape 4×8×8 → 8×8×8: ${last}`, 'b: ']);
});

test('a unit that changes the spatial size stays', async () => {
  const { g, x } = builder();
  expect(await listed(head(g, unit(g, 'b', unit(g, 'a', x, 8, { stride: 2 }), 12)))).toEqual([
    'a.conv: shape 4×8×8 → 8×4×4',
    'b.conv: head.fc.weight',
  ]);
});

test('a unit stays where what reads it cannot be made anew, and says why', async () => {
  const readers: Record<string, (g: GraphBuilder, x: string) => string> = {
    'node "b.conv" works on groups of its channels': (g, x) => unit(g, 'b', x, 8, { group: 2 }),
    'node "norm" (BatchNormalization) has a number for every channel': (g, x) =>
      unit(g, 'b', g.batchNorm('norm', g.maxPool('pool', x, { kernel: 2 })), 12),
    'the weight of node "b" is that of node "c" too': (g, x) => {
      const w = g.heWeights('w', [8, 8, 1, 1], 8);
      return g.node('Conv', [g.node('Conv', [x, w], {}, { name: 'b' }), w], {}, { name: 'c', channels: 8 });
    },
    'the weight of node "b" is quantised or computed': (g, x) => {
      const q = g.initializer('q', constantData([8, 8, 1, 1], new Int8Array(64).fill(3)));
      const w = g.node('DequantizeLinear', [q, g.uniform('scale', [], [0.1, 0.2])], {}, { name: 'dq' });
      return g.node('Conv', [x, w], {}, { name: 'b', channels: 8 });
    },
    'node "slice" (Slice) may need the width that it has': (g, x) => {
      const half = g.node(
        'Slice',
        [x, ...['s', 'e', 'a'].map((name, index) => g.ints(name, [[0], [4], [1]][index] ?? []))],
        {},
        { name: 'slice', channels: 4 },
      );
      return unit(g, 'b', half, 12);
    },
  };
  for (const [why, reader] of Object.entries(readers)) {
    const { g, x } = builder();
    expect((await listed(head(g, reader(g, unit(g, 'a', x, 8)))))[0]).toBe(`a.conv: shape 4×8×8 → 8×8×8: ${why}`);
  }
});

test('a unit that narrows its input for an expensive layer stays', async () => {
  const { g, x } = builder();
  const wide = unit(g, 'b', x, 32);
  const narrow = g.relu('n.relu', g.conv('n', wide, { out: 4, kernel: 1 }));
  expect((await listed(head(g, unit(g, 'c', narrow, 32))))[1]).toBe(
    'n: shape 32×8×8 → 4×8×8: without it node "c.conv" costs more than it does with it',
  );
});

test.each(['vgg16_cifar', 'vgg19_bn_cifar'])('any units of %s can go together', async (name) => {
  const model = buildZooModel(name);
  const image = { input: [1, 3, 32, 32] };
  const shapes = await traceModel(model, image);
  const blocks = findBlocks(model, shapes, 'block');
  await fc.assert(
    fc.asyncProperty(fc.subarray(blocks.map(({ index }) => index)), async (remove) => {
      const pruned = removeBlocks(model, shapes, { granularity: 'block', remove });
      expect((await runModel(pruned.model, image))['logits']?.dims).toEqual([1, 10]);
      const made = new Set(pruned.reinitialised.map(({ tensor }) => tensor));
      for (const weight of pruned.model.graph.initializerNames.filter((each) => !made.has(each))) {
        expect(pruned.model.graph.initializer(weight)?.rawBytes()).toBe(model.graph.initializer(weight)?.rawBytes());
      }
    }),
    { numRuns: 4, seed: 1, examples: [[blocks.map(({ index }) => index)]] },
  );
});

/** Units of the given widths; those of width 0 are not built. */
function chainOf(widths: readonly number[]): OnnxModel {
  const { g, x } = builder();
  const names = ['a', 'b', 'c', 'd'];
  const y = widths.reduce((from, width, index) => (width === 0 ? from : unit(g, names[index] ?? '', from, width)), x);
  return head(g, y);
}

test('a network that was pruned of units equals one that was built without them', async () => {
  const model = chainOf([8, 8, 12, 16]);
  const pruned = removeBlocks(model, await traceModel(model), { granularity: 'block', remove: [0, 2], seed: 3 });
  const wanted = chainOf([0, 8, 0, 16]);
  expect(valuesOf((await runModel(pruned.model))['y'])).toEqual(valuesOf((await runModel(wanted))['y']));
});
