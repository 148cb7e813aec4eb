import { GraphBuilder, type OnnxModel } from '@espalier/onnx';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Block, TensorShapes } from './block.js';
import { findBlocks } from './find.js';
import { removeBlocks } from './remove.js';
import { runModel, traceModel, valuesOf } from './testing/run-model.js';
import { pix2pixUnet, plainUnet, upsample } from './testing/unet.js';

/** The level that a model has as a block: it ends in a Concat and can go. */
function levelIn(model: OnnxModel, shapes: TensorShapes): Block | undefined {
  return findBlocks(model, shapes, 'block').find(
    ({ nodes, removable }) => removable && model.graph.nodeNamed(nodes.at(-1) ?? '')?.opType === 'Concat',
  );
}

async function withoutLevel(model: OnnxModel): Promise<ReturnType<typeof removeBlocks>> {
  const shapes = await traceModel(model);
  const level = levelIn(model, shapes);
  if (!level) throw new Error('the model has no level that can go');
  return removeBlocks(model, shapes, { granularity: 'block', remove: [level.index] });
}

test('the innermost level of a U-Net is one block, from what it is handed to the Concat', async () => {
  const model = plainUnet({ levels: 2 });
  expect(levelIn(model, await traceModel(model))).toMatchObject({
    name: 'enc2',
    input: { name: 'enc1.b.relu_out', shape: [1, 8, 16, 16] },
    output: { name: 'cat1_out', shape: [1, 24, 16, 16] },
    reinitialises: ['dec1.a.weight'],
  });
});

test.each([false, true])(
  'without it the decoder reads what was handed on alone, with the weights that it had for that (inner part first: %s)',
  async (isInnerFirst) => {
    const model = plainUnet({ levels: 2, isInnerFirst });
    const pruned = await withoutLevel(model);
    expect(pruned.reinitialised).toEqual([
      { tensor: 'dec1.a.weight', node: 'dec1.a', from: [8, 24, 3, 3], to: [8, 8, 3, 3], kept: 8 },
    ]);
    const values = pruned.model.graph.initializer('dec1.a.weight')?.toFloat32() ?? new Float32Array();
    const whole = model.graph.initializer('dec1.a.weight')?.toFloat32() ?? new Float32Array();
    const first = isInnerFirst ? 16 * 9 : 0;
    for (let filter = 0; filter < 8; filter++) {
      const start = filter * 24 * 9 + first;
      expect(values.subarray(filter * 72, filter * 72 + 72)).toEqual(whole.subarray(start, start + 72));
    }
    // A network with one level less has all of these nodes but the two convolutions and activations of the decoder.
    const outer = plainUnet({ levels: 1 });
    expect(pruned.model.graph.nodes.length).toBe(outer.graph.nodes.length + 4);
    expect((await runModel(pruned.model))['y']?.dims).toEqual([1, 2, 32, 32]);
  },
);

test('a decoder whose inner weights are zero gives the same with and without the level', async () => {
  const plain = plainUnet({ levels: 1 });
  const whole = plain.graph.initializer('dec0.a.weight')?.toFloat32() ?? new Float32Array();
  // [filters, 4 handed on + 8 from the level, 3, 3]
  const values = whole.map((value, index) => (Math.floor(index / 9) % 12 < 4 ? value : 0));
  const model = plainUnet({ levels: 1, given: new Map([['dec0.a.weight', { dims: [4, 12, 3, 3], values }]]) });
  const pruned = await withoutLevel(model);
  expect(pruned.model.graph.nodeNamed('enc1.a')).toBeUndefined();
  const [found, expected] = [await runModel(pruned.model), await runModel(model)];
  for (const [index, value] of valuesOf(expected['y']).entries()) {
    expect(valuesOf(found['y'])[index]).toBeCloseTo(value, 5);
  }
});

test.each([
  ['plain U-Net', plainUnet({ levels: 3 }), 3],
  ['generator of pix2pix', pix2pixUnet({ levels: 3 }), 3],
] as const)('the levels of a %s go one after the other, from the inside', async (_, whole, levels) => {
  let model: OnnxModel = whole;
  for (let gone = 0; gone < levels; gone++) {
    const before = model.graph.nodes.length;
    model = (await withoutLevel(model)).model;
    expect(model.graph.nodes.length).toBeLessThan(before);
    expect((await runModel(model))['y']?.dims).toEqual((await runModel(whole))['y']?.dims);
  }
  expect(levelIn(model, await traceModel(model))).toBeUndefined();
});

test.each([false, true])(
  'any units and the innermost level of a U-Net can go together (inner part first: %s)',
  async (isInnerFirst) => {
    const model = plainUnet({ levels: 2, isInnerFirst });
    const shapes = await traceModel(model);
    for (const granularity of ['block', 'layer'] as const) {
      const removable = findBlocks(model, shapes, granularity).flatMap(({ index, removable: canGo }) =>
        canGo ? [index] : [],
      );
      await fc.assert(
        fc.asyncProperty(fc.subarray(removable), async (remove) => {
          const pruned = removeBlocks(model, shapes, { granularity, remove });
          const traced = await traceModel(pruned.model);
          expect(traced.get('y')?.dims).toEqual([1, 2, 32, 32]);
          for (const [name, shape] of traced) expect(pruned.shapes.get(name)).toEqual(shape);
        }),
        { numRuns: 8, seed: 1, examples: [[removable]] },
      );
    }
  },
);

test('the activation in front of the layer that reads a level stays', async () => {
  const pruned = await withoutLevel(pix2pixUnet({ levels: 2 }));
  expect(pruned.model.graph.nodeNamed('l1.up.relu')?.inputs).toEqual(['l2.leaky_out']);
  expect(pruned.reinitialised).toEqual([
    { tensor: 'l1.up.weight', node: 'l1.up', from: [16, 4, 4, 4], to: [8, 4, 4, 4], kept: 8 },
  ]);
});

test('a dropout on the way to the Concat changes nothing', async () => {
  const g = new GraphBuilder('dropout', { seed: 2 });
  const skip = g.relu('enc.relu', g.conv('enc', g.input('x', 'float32', [1, 3, 8, 8]), { out: 4 }));
  const dropped = g.node('Dropout', [skip], {}, { name: 'drop', outputs: ['kept', 'mask'], channels: 4 });
  const inner = g.relu('mid.relu', g.conv('mid', g.maxPool('pool', skip, { kernel: 2 }), { out: 8 }));
  const joined = g.concat('cat', [upsample(g, 'up', inner), dropped]);
  const decoded = g.relu('dec0.relu', g.conv('dec0', joined, { out: 4 }));
  const model = g.output(g.conv('dec', decoded, { out: 2 }), { as: 'y' }).build();
  const pruned = await withoutLevel(model);
  expect(pruned.reinitialised).toEqual([
    { tensor: 'dec0.weight', node: 'dec0', from: [4, 12, 3, 3], to: [4, 4, 3, 3], kept: 4 },
  ]);
  expect((await runModel(pruned.model))['y']?.dims).toEqual([1, 2, 8, 8]);
});

test('whatever else reads the tensor that is handed on goes on reading it', async () => {
  const g = new GraphBuilder('deep supervision', { seed: 2 });
  const skip = g.relu('enc.relu', g.conv('enc', g.input('x', 'float32', [1, 3, 8, 8]), { out: 4 }));
  const inner = g.relu('mid.relu', g.conv('mid', g.maxPool('pool', skip, { kernel: 2 }), { out: 8 }));
  const joined = g.concat('cat', [skip, upsample(g, 'up', inner)]);
  const aside = g.conv('aside', skip, { out: 2 });
  const model = g
    .output(g.conv('dec', g.relu('dec0.relu', g.conv('dec0', joined, { out: 4 })), { out: 2 }), { as: 'y' })
    .output(aside)
    .build();
  const pruned = await withoutLevel(model);
  const [found, expected] = [await runModel(pruned.model), await runModel(model)];
  expect(valuesOf(found['aside_out'])).toEqual(valuesOf(expected['aside_out']));
  expect(found['y']?.dims).toEqual([1, 2, 8, 8]);
});
