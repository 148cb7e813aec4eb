import { expect, test } from '@jest/globals';
import { constantData } from './constant-data.js';
import { decodeModel } from './decode.js';
import { GraphBuilder } from './graph-builder.js';
import { FunctionProtoSchema } from './proto/onnx_pb.js';
import { create } from '@bufbuild/protobuf';
import { constantsModel, fileOf, nestedIfModel, residualModel } from './testing/models.js';

test('producers and consumers of every tensor of a residual network are found', () => {
  const { graph } = residualModel();
  expect(graph.producerOf('stem.relu_out')?.name).toBe('stem.relu');
  expect(graph.consumersOf('stem.relu_out').map(({ name }) => name)).toEqual(['b.conv', 'b.add']);
  expect(graph.producerOf('x')).toBeUndefined();
  expect(graph.consumersOf('y')).toEqual([]);
  expect(graph.nodeNamed('b.add')?.inputs).toEqual(['b.relu_out', 'stem.relu_out']);
});

test('what the sub-graphs of a node read, however deep, counts as read by the node', () => {
  const { graph } = nestedIfModel();
  const choice = graph.nodeNamed('choice');
  expect(choice?.hasSubgraph).toBe(true);
  expect(choice?.captured.toSorted()).toEqual(['flag', 'w', 'x']);
  expect(graph.consumersOf('x')).toEqual([choice]);
  expect(graph.consumersOf('w')).toEqual([choice]);
  expect(graph.nodes.map(({ name }) => name)).toEqual(['copy', 'choice']);
});

test('a name that a sub-graph defines itself is not read from outside', () => {
  const body = new GraphBuilder('body');
  body.output(
    body.node(
      'Relu',
      [body.constant('k', constantData([1], Float32Array.of(1)))],
      {},
      { name: 'inner', outputs: ['x'] },
    ),
  );
  const g = new GraphBuilder('main');
  g.input('x', 'float32', [1]);
  g.input('flag', 'bool', []);
  const graph = body.toGraph();
  g.output(g.node('If', ['flag'], { then_branch: graph, else_branch: graph }, { name: 'if' }));
  expect(g.build().graph.nodeNamed('if')?.captured).toEqual([]);
});

test('inputs that are weights as well are not inputs that a caller feeds', () => {
  const g = new GraphBuilder('old style', { irVersion: 3, opset: 9 });
  const x = g.input('x', 'float32', ['n', null, 2]);
  g.input('w', 'float32', [1]);
  g.uniform('w', [1], [0, 1]);
  const { graph } = g.output(g.node('Mul', [x, 'w'], {}, { name: 'mul' }), { as: 'y' }).build();
  expect(graph.inputs).toEqual([{ name: 'x', elementType: 'float32', dims: ['n', null, 2] }]);
  expect(graph.valueInfo.get('w')?.dims).toEqual([1]);
  expect(graph.isConstant('w')).toBe(true);
  expect(graph.isConstant('x')).toBe(false);
});

test('nodes without a name and nodes of the same name get unique names; other names stay', () => {
  const g = new GraphBuilder('names');
  let x = g.input('x', 'float32', [1]);
  for (const [index, name] of ['', '', 'same', 'same', 'same_3', 'Relu_1'].entries()) {
    x = g.node('Relu', [x], {}, { name, outputs: [`t${index}`] });
  }
  const names = g
    .output(x)
    .build()
    .graph.nodes.map((node) => node.name);
  expect(new Set(names).size).toBe(6);
  expect([names[2], names[4], names[5]]).toEqual(['same', 'same_3', 'Relu_1']);
  expect(names[3]).toMatch(/^same/);
});

test('optional inputs that are not given are nobody’s tensor', () => {
  const g = new GraphBuilder('optional');
  const x = g.input('x', 'float32', [4]);
  const y = g.node('Clip', [x, '', g.initializer('max', constantData([], Float32Array.of(1)))], {}, { name: 'clip' });
  const { graph } = g.output(y).build();
  expect(graph.nodes[0]?.inputs).toEqual(['x', '', 'max']);
  expect(graph.consumersOf('')).toEqual([]);
  expect(graph.producerOf('')).toBeUndefined();
  expect(graph.isConstant('')).toBe(false);
});

test('constants are seen in every form in which a file holds them', () => {
  const { graph } = constantsModel();
  const values = (name: string): number[] => [...(graph.constantTensor(name)?.toFloat64() ?? [])];
  expect(values('literal_out')).toEqual([1, 2, 3, 4]);
  expect(values('scalar_out')).toEqual([0.5]);
  expect(graph.constantTensor('scalar_out')?.dims).toEqual([]);
  expect(values('list_out')).toEqual([0.25, 0.75]);
  expect(values('alias_out')).toEqual([...(graph.initializer('initializer')?.toFloat64() ?? [])]);
  expect(values('noop_out')).toEqual([1, 2, 3, 4]);
  for (const name of ['initializer', 'alias_out', 'noop_out', 'zeros_out', 'dequantised_out', 'scale']) {
    expect([name, graph.isConstant(name)]).toEqual([name, true]);
  }
  expect(graph.constantTensor('zeros_out')).toBeUndefined();
  expect(graph.initializer('literal_out')).toBeUndefined();
  for (const name of ['x', 'add0_out', 'y', 'nothing']) expect([name, graph.isConstant(name)]).toEqual([name, false]);
});

test('integers in Constant nodes are read', () => {
  const g = new GraphBuilder('ints');
  const one = g.node('Constant', [], { value_int: 7 }, { name: 'one' });
  const many = g.node('Constant', [], { value_ints: [1, -2] }, { name: 'many' });
  const { graph } = g.output(g.node('Add', [one, many], {}, { name: 'add' }), { elementType: 'int64' }).build();
  expect(graph.constantTensor(one)?.ints()).toEqual([7]);
  expect(graph.constantTensor(many)?.ints()).toEqual([1, -2]);
  expect(graph.isConstant('add_out')).toBe(true);
});

test('a Cast to another type is constant, but not the same tensor', () => {
  const g = new GraphBuilder('cast');
  const y = g.node('Cast', [g.uniform('w', [2], [0, 1])], { to: 10 }, { name: 'cast' });
  const { graph } = g.output(y, { elementType: 'float16' }).build();
  expect(graph.isConstant(y)).toBe(true);
  expect(graph.constantTensor(y)).toBeUndefined();
});

test('random operators, unknown domains, sub-graphs and functions of the model are not taken for constant', () => {
  const branch = new GraphBuilder('branch');
  branch.output(branch.constant('c', constantData([1], Float32Array.of(1))));
  const graph = branch.toGraph();
  const g = new GraphBuilder('unknown');
  const w = g.uniform('w', [1], [0, 1]);
  const flag = g.initializer('flag', constantData([], Uint8Array.of(1), { as: 'bool' }));
  const results = [
    g.node('RandomNormalLike', [w], {}, { name: 'random' }),
    g.node('RandomNormal', [], { shape: [1] }, { name: 'source' }),
    g.node('Relu', [w], {}, { name: 'theirs', domain: 'com.example' }),
    g.node('If', [flag], { then_branch: graph, else_branch: graph }, { name: 'if' }),
    g.node('Mine', [w], {}, { name: 'mine' }),
  ];
  for (const result of results) g.output(result);
  const proto = g.toProto();
  proto.functions = [create(FunctionProtoSchema, { name: 'Mine', domain: '' })];
  const view = decodeModel(fileOf(proto)).graph;
  for (const result of results) expect([result, view.isConstant(result)]).toEqual([result, false]);
});

test('attributes are read by their type, and only by that', () => {
  const g = new GraphBuilder('attributes');
  const x = g.input('x', 'float32', [1]);
  const attributes = {
    int: 3,
    ints: [1, 2],
    float: { float: 0.5 },
    floats: { floats: [0.5, 1] },
    string: 'text',
    strings: { strings: ['a', 'b'] },
  };
  const node = g.output(g.node('Any', [x], attributes, { name: 'any' })).build().graph.nodes[0];
  expect(node?.attribute('int')?.int).toBe(3);
  expect(node?.attribute('int')?.float).toBeUndefined();
  expect(node?.attribute('ints')?.ints).toEqual([1, 2]);
  expect(node?.attribute('float')?.float).toBe(0.5);
  expect(node?.attribute('floats')?.floats).toEqual([0.5, 1]);
  expect(node?.attribute('string')?.string).toBe('text');
  expect(node?.attribute('strings')?.strings).toEqual(['a', 'b']);
  expect(node?.attribute('absent')).toBeUndefined();
});

test('attributes of old files, which do not name their type, are read by what is set', () => {
  const g = new GraphBuilder('old');
  const x = g.input('x', 'float32', [1]);
  const proto = g.output(g.node('Any', [x], { i: 0, s: 'x', f: { float: 0 }, list: [4] }, { name: 'any' })).toProto();
  for (const attribute of proto.graph?.node[0]?.attribute ?? []) Reflect.deleteProperty(attribute, 'type');
  const node = decodeModel(fileOf(proto)).graph.nodes[0];
  expect(node?.attribute('i')?.int).toBe(0);
  expect(node?.attribute('s')?.string).toBe('x');
  expect(node?.attribute('f')?.float).toBe(0);
  expect(node?.attribute('list')?.ints).toEqual([4]);
});

test('a constant is seen through a chain of 50,000 Identity nodes', () => {
  const g = new GraphBuilder('chain');
  let x = g.uniform('w', [2], [0, 1]);
  for (let index = 0; index < 50_000; index++) x = g.identity(`i${index}`, x);
  const { graph } = g.output(x).build();
  expect(graph.isConstant(x)).toBe(true);
  expect(graph.constantTensor(x)).toBe(graph.initializer('w'));
});
