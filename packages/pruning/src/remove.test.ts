import { decodeModel, encodeModel, GraphBuilder, type OnnxModel } from '@espalier/onnx';
import { buildZooModel } from '@espalier/zoo';
import { expect, test } from '@jest/globals';
import { removeBlocks } from './remove.js';
import { runModel, traceModel, valuesOf } from './testing/run-model.js';

const IMAGE = { input: [2, 3, 32, 32] };

function written(model: OnnxModel): OnnxModel {
  return decodeModel(Buffer.concat(encodeModel(model)));
}

test('neighbouring blocks are removed as one: what follows reads what went into the first', async () => {
  const model = buildZooModel('resnet20');
  const shapes = await traceModel(model, IMAGE);
  const pruned = removeBlocks(model, shapes, { granularity: 'block', remove: [0, 1, 2] });
  const wanted = buildZooModel('resnet20', { omitBlocks: [0, 1, 2] });
  const [found, expected] = [await runModel(written(pruned.model), IMAGE), await runModel(wanted, IMAGE)];
  expect(valuesOf(found['logits'])).toEqual(valuesOf(expected['logits']));
});

test('what is left keeps its names and the bytes of its weights, and nothing else is left', async () => {
  const model = buildZooModel('resnet20');
  const { model: pruned } = removeBlocks(model, await traceModel(model, IMAGE), { granularity: 'block', remove: [4] });
  const wanted = buildZooModel('resnet20', { omitBlocks: [4] });
  expect(pruned.graph.inputs).toEqual(model.graph.inputs);
  expect(pruned.graph.outputs).toEqual(model.graph.outputs);
  expect(pruned.graph.nodes.map(({ name }) => name)).toEqual(wanted.graph.nodes.map(({ name }) => name));
  expect(pruned.graph.initializerNames.toSorted()).toEqual(wanted.graph.initializerNames.toSorted());
  for (const name of pruned.graph.initializerNames) {
    expect(pruned.graph.initializer(name)?.rawBytes()).toBe(model.graph.initializer(name)?.rawBytes());
  }
});

test('the recipe and the base are written into the model', async () => {
  const model = buildZooModel('resnet20');
  const recipe = { granularity: 'block', remove: [5, 2, 5], baseSha256: 'a'.repeat(64) } as const;
  const { model: pruned } = removeBlocks(model, await traceModel(model, IMAGE), recipe);
  expect(Object.fromEntries(written(pruned).metadata)).toEqual({
    'espalier.recipe': '{"granularity":"block","remove":[2,5]}',
    'espalier.base_sha256': 'a'.repeat(64),
  });
});

test('an output of the network that a removed block made keeps its name', async () => {
  const g = new GraphBuilder('small', { seed: 1 });
  const x = g.input('input', 'float32', [1, 4, 8, 8]);
  const stem = g.relu('stem.relu', g.conv('stem', x, { out: 4 }));
  const model = g
    .output(g.relu('b.relu', g.add('b.add', stem, g.conv('b.conv', stem, { out: 4 }))), { as: 'y' })
    .build();
  const shapes = await traceModel(model);
  const pruned = removeBlocks(model, shapes, { granularity: 'block', remove: [0] });
  const outputs = await runModel(pruned.model);
  const stemAlone = await runModel(stemOf());
  expect(valuesOf(outputs['y'])).toEqual(valuesOf(stemAlone['stem.relu_out']));
});

/** The stem of the network above. */
function stemOf(): OnnxModel {
  const g = new GraphBuilder('stem', { seed: 1 });
  const x = g.input('input', 'float32', [1, 4, 8, 8]);
  return g.output(g.relu('stem.relu', g.conv('stem', x, { out: 4 }))).build();
}

test('a tensor that a sub-graph reads is connected there too', async () => {
  const g = new GraphBuilder('captured', { seed: 1 });
  const x = g.input('input', 'float32', [1, 4, 8, 8]);
  const body = g.add('b.add', x, g.conv('b.conv', x, { out: 4 }));
  const doubled = new GraphBuilder('then');
  doubled.output(doubled.node('Add', [body, body], {}, { name: 'then.add' }), { dims: [1, 4, 8, 8] });
  const same = new GraphBuilder('else');
  same.output(same.node('Identity', [body], {}, { name: 'else.same' }), { dims: [1, 4, 8, 8] });
  const flag = g.node(
    'Greater',
    [g.node('ReduceSum', [body], { keepdims: 0 }, { name: 'sum' }), g.uniform('zero', [], [0, 0])],
    {},
    { name: 'flag' },
  );
  const branches = { then_branch: doubled.toGraph(), else_branch: same.toGraph() };
  const model = g.output(g.node('If', [flag], branches, { name: 'if' }), { as: 'y' }).build();
  const shapes = await traceModel(model);
  const pruned = removeBlocks(model, shapes, { granularity: 'block', remove: [0] });
  const outputs = await runModel(pruned.model);
  expect(pruned.model.graph.nodeNamed('b.conv')).toBeUndefined();
  expect(outputs['y']?.dims).toEqual([1, 4, 8, 8]);
});

test('a block that the model does not have is named', async () => {
  const model = buildZooModel('resnet20');
  const shapes = await traceModel(model, IMAGE);
  expect(() => removeBlocks(model, shapes, { granularity: 'block', remove: [99] })).toThrow(
    expect.objectContaining({ code: 'block-unknown', message: 'there is no block 99: the model has blocks 0 to 8' }),
  );
});

test('a block that cannot go says why', async () => {
  const model = buildZooModel('resnet20');
  const shapes = await traceModel(model, IMAGE);
  expect(() => removeBlocks(model, shapes, { granularity: 'block', remove: [3] })).toThrow(
    expect.objectContaining({
      code: 'block-not-removable',
      message: expect.stringContaining('shape 16×32×32 → 32×16×16'),
      hint: expect.stringContaining('espalier inspect'),
    }),
  );
});

test('a model without removable blocks says so', async () => {
  const g = new GraphBuilder('flat', { seed: 1 });
  const model = g.output(g.conv('conv', g.input('input', 'float32', [1, 3, 8, 8]), { out: 4 }), { as: 'y' }).build();
  const shapes = await traceModel(model);
  expect(() => removeBlocks(model, shapes, { granularity: 'block', remove: [0] })).toThrow(
    expect.objectContaining({ code: 'no-removable-block' }),
  );
});
