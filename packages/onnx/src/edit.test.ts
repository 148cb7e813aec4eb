import { expect, test } from '@jest/globals';
import { Tensor } from 'onnxruntime-node';
import { constantData } from './constant-data.js';
import { decodeModel } from './decode.js';
import { editGraph } from './edit.js';
import { exposeTensors } from './expose.js';
import { GraphBuilder } from './graph-builder.js';
import type { OnnxModel } from './model.js';
import { fileOf, nestedIfModel, residualModel } from './testing/models.js';
import { randomTensor, runModel } from './testing/run-model.js';

const image = randomTensor([1, 3, 8, 8]);

/** The residual model's stem alone, built independently with the same seed. */
function stemModel(): OnnxModel {
  const g = new GraphBuilder('residual', { seed: 1 });
  const x = g.input('x', 'float32', [1, 3, 8, 8]);
  return g.output(g.relu('stem.relu', g.conv('stem', x, { out: 8 })), { as: 'y' }).build();
}

const redirects = (...pairs: readonly (readonly [string, string])[]): { redirect: Map<string, string> } => ({
  redirect: new Map(pairs),
});

test('an empty edit leaves a model that computes the same', async () => {
  const model = residualModel();
  expect(await runModel(editGraph(model, {}), { x: image })).toEqual(await runModel(model, { x: image }));
});

test('redirecting the output of a block to its input equals never having built the block', async () => {
  const edited = editGraph(residualModel(), redirects(['y', 'stem.relu_out']));
  expect(await runModel(edited, { x: image })).toEqual(await runModel(stemModel(), { x: image }));
  expect(edited.graph.nodes.map(({ opType }) => opType)).toEqual(['Conv', 'Relu', 'Identity']);
  expect(edited.graph.initializerNames).toEqual(['stem.weight']);
  expect(edited.graph.outputs).toEqual(residualModel().graph.outputs);
});

test('redirecting a tensor in the middle takes its branch out and nothing else', async () => {
  const edited = editGraph(residualModel(), redirects(['b.relu_out', 'stem.relu_out']));
  const twice = await runModel(edited, { x: image });
  const once = await runModel(stemModel(), { x: image });
  expect([...(twice['y'] ?? [])]).toEqual([...(once['y'] ?? [])].map((value) => Number(value) * 2));
  expect(edited.graph.nodes.map(({ name }) => name)).toEqual(['stem', 'stem.relu', 'b.add']);
});

test('nothing is changed in place, and untouched weights are the same bytes', () => {
  const file = fileOf(residualModel().proto);
  const before = file.slice();
  const model = decodeModel(file);
  const edited = editGraph(model, redirects(['y', 'stem.relu_out']));
  expect(file).toEqual(before);
  expect(model.graph.nodes).toHaveLength(5);
  expect(edited.graph.initializer('stem.weight')?.rawBytes()).toBe(model.graph.initializer('stem.weight')?.rawBytes());
});

test('chains of redirects are followed to their end', () => {
  const edited = editGraph(residualModel(), redirects(['b.relu_out', 'b.conv_out'], ['b.conv_out', 'stem.relu_out']));
  expect(edited.graph.nodeNamed('b.add')?.inputs).toEqual(['stem.relu_out', 'stem.relu_out']);
});

test('redirects reach the sub-graphs that read the tensor, however deep', async () => {
  const flag = new Tensor('bool', [false], []);
  const picture = randomTensor([1, 3, 4, 4]);
  const edited = editGraph(nestedIfModel(), redirects(['x', 'image']));
  expect(edited.graph.nodes.map(({ name }) => name)).toEqual(['choice']);
  expect(await runModel(edited, { image: picture, flag })).toEqual(
    await runModel(nestedIfModel(), { image: picture, flag }),
  );
});

test('what only a sub-graph reads is not dropped as dead', () => {
  const edited = editGraph(nestedIfModel(), {});
  expect(edited.graph.initializerNames).toEqual(['w']);
  expect(edited.graph.nodeNamed('copy')?.opType).toBe('Identity');
});

test('a sub-graph’s own tensor of the same name is left alone', () => {
  const body = new GraphBuilder('body');
  const own = body.node('Constant', [], { value_float: { float: 1 } }, { name: 'c', outputs: ['t'] });
  body.output(body.node('Relu', [own], {}, { name: 'inner' }));
  const g = new GraphBuilder('main');
  const x = g.input('x', 'float32', [1]);
  g.input('flag', 'bool', []);
  g.node('Relu', [x], {}, { name: 'outer', outputs: ['t'] });
  const graph = body.toGraph();
  g.output(g.node('If', ['flag'], { then_branch: graph, else_branch: graph }, { name: 'if' }));
  g.output('t');
  const edited = editGraph(g.build(), redirects(['t', 'x']));
  expect(edited.graph.nodeNamed('if')?.captured).toEqual([]);
  expect(edited.graph.nodeNamed('if')?.attribute('then_branch')?.proto.g?.node[1]?.input).toEqual(['t']);
});

test('a replacement that a sub-graph would mistake for its own tensor is refused', () => {
  const body = new GraphBuilder('body');
  body.node('Relu', ['t'], {}, { name: 'inner', outputs: ['r'] });
  body.output('r');
  const g = new GraphBuilder('main');
  g.input('flag', 'bool', []);
  g.node('Relu', [g.input('x', 'float32', [1])], {}, { name: 'first', outputs: ['r'] });
  g.node('Relu', ['r'], {}, { name: 'second', outputs: ['t'] });
  const graph = body.toGraph();
  g.output(g.node('If', ['flag'], { then_branch: graph, else_branch: graph }, { name: 'if' }));
  expect(() => editGraph(g.build(), redirects(['t', 'r']))).toThrow(
    expect.objectContaining({ code: 'edit-invalid', message: expect.stringContaining('"body"') }),
  );
});

test('declared inputs stay even when nobody reads them any more', () => {
  const g = new GraphBuilder('unused');
  const x = g.input('x', 'float32', [1]);
  g.input('unused', 'float32', [1]);
  const edited = editGraph(g.output(g.relu('r', x)).build(), {});
  expect(edited.graph.inputs.map(({ name }) => name)).toEqual(['x', 'unused']);
});

test('a weight that nobody reads any more goes together with its declaration as an input', () => {
  const g = new GraphBuilder('old style', { irVersion: 3, opset: 9 });
  const x = g.input('x', 'float32', [2]);
  g.input('w', 'float32', [2]);
  g.uniform('w', [2], [0, 1]);
  const y = g.node('Mul', [g.relu('r', x), 'w'], {}, { name: 'mul' });
  const edited = editGraph(g.output(y, { as: 'y' }).build(), redirects(['y', 'r_out']));
  expect(edited.proto.graph?.input.map(({ name }) => name)).toEqual(['x']);
  expect(edited.graph.initializerNames).toEqual([]);
});

test('one producer of several outputs keeps those that are still wanted', async () => {
  const g = new GraphBuilder('split', { opset: 17 });
  const x = g.input('x', 'float32', [4]);
  g.node('Split', [x], { axis: 0 }, { name: 'split', outputs: ['left', 'right'] });
  g.output('left').output('right');
  const edited = editGraph(g.build(), redirects(['left', 'right']));
  const outputs = await runModel(edited, { x: new Tensor('float32', Float32Array.of(1, 2, 3, 4), [4]) });
  expect(outputs).toEqual({ left: Float32Array.of(3, 4), right: Float32Array.of(3, 4) });
});

test('metadata is added and replaced, and what else there is stays', () => {
  const once = editGraph(residualModel(), {
    setMetadata: new Map([
      ['a', '1'],
      ['b', '2'],
    ]),
  });
  const twice = editGraph(once, {
    setMetadata: new Map([
      ['b', '3'],
      ['c', '4'],
    ]),
  });
  expect(twice.metadata).toEqual(
    new Map([
      ['a', '1'],
      ['b', '3'],
      ['c', '4'],
    ]),
  );
});

test('a weight gets new values and a new shape, and declarations that may be stale go', async () => {
  const model = residualModel();
  const wide = constantData([2, 3, 3, 3], new Float32Array(54).fill(0.5));
  const edited = editGraph(model, {
    ...redirects(['y', 'stem.relu_out']),
    setConstants: new Map([['stem.weight', wide]]),
  });
  const outputs = await runModel(edited, { x: image });
  expect(outputs['y']).toHaveLength(2 * 8 * 8);
  expect(edited.graph.initializer('stem.weight')?.dims).toEqual([2, 3, 3, 3]);
});

test('a computed tensor becomes a constant, and what computed it goes', () => {
  const model = residualModel();
  const zeros = constantData([1, 8, 8, 8], new Float32Array(512));
  const edited = editGraph(model, { setConstants: new Map([['b.relu_out', zeros]]) });
  expect(edited.graph.nodes.map(({ name }) => name)).toEqual(['stem', 'stem.relu', 'b.add']);
  expect(edited.graph.isConstant('b.relu_out')).toBe(true);
});

test('a weight of an old file keeps its declaration as an input, with the new shape', () => {
  const g = new GraphBuilder('old style', { irVersion: 3, opset: 9 });
  const x = g.input('x', 'float32', [2]);
  g.input('w', 'float32', [2]);
  g.uniform('w', [2], [0, 1]);
  const model = g.output(g.node('Mul', [x, 'w'], {}, { name: 'mul' })).build();
  const edited = editGraph(model, { setConstants: new Map([['w', constantData([1], Float32Array.of(3))]]) });
  expect(edited.graph.valueInfo.get('w')?.dims).toEqual([1]);
  expect(edited.graph.inputs.map(({ name }) => name)).toEqual(['x']);
});

test.each<[string, readonly (readonly [string, string])[], string]>([
  ['an unknown tensor', [['ghost', 'x']], 'tensor-unknown'],
  ['an unknown replacement', [['y', 'ghost']], 'tensor-unknown'],
  [
    'a ring of redirects',
    [
      ['b.relu_out', 'b.conv_out'],
      ['b.conv_out', 'b.relu_out'],
    ],
    'edit-invalid',
  ],
  ['a tensor to itself', [['b.relu_out', 'b.relu_out']], 'edit-invalid'],
  ['a tensor to what depends on it', [['stem.relu_out', 'y']], 'graph-cyclic'],
])('a redirect of %s is refused', (_, pairs, code) => {
  expect(() => editGraph(residualModel(), redirects(...pairs))).toThrow(expect.objectContaining({ code }));
});

test('an input of the graph cannot be turned into a constant', () => {
  const edit = { setConstants: new Map([['x', constantData([1], Float32Array.of(1))]]) };
  expect(() => editGraph(residualModel(), edit)).toThrow(expect.objectContaining({ code: 'edit-invalid' }));
});

test('exposed tensors are computed beside the outputs, without a change of those', async () => {
  const model = residualModel();
  const exposed = exposeTensors(model, ['stem_out', 'b.relu_out', 'y', 'stem_out']);
  expect(exposed.graph.outputs.map(({ name }) => name)).toEqual(['y', 'stem_out', 'b.relu_out']);
  const outputs = await runModel(exposed, { x: image });
  expect(outputs['y']).toEqual((await runModel(model, { x: image }))['y']);
  expect(outputs['stem_out']).toHaveLength(512);
});

test('a tensor that no node produces cannot be exposed', () => {
  for (const name of ['ghost', 'x', 'stem.weight', '']) {
    expect(() => exposeTensors(residualModel(), [name])).toThrow(expect.objectContaining({ code: 'tensor-unknown' }));
  }
});
