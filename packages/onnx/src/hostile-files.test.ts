import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { expect, test } from '@jest/globals';
import { constantData } from './constant-data.js';
import { decodeModel } from './decode.js';
import { type OnnxCode, OnnxError } from './errors.js';
import { GraphBuilder } from './graph-builder.js';
import { DataLocation, DataType } from './proto/codes.js';
import { ModelProtoSchema, TensorProtoSchema } from './proto/onnx_pb.js';
import { fileOf, residualModel } from './testing/models.js';

/** The error that reading a file gives; a file that is accepted, or fails otherwise, fails the test. */
function refusal(file: Uint8Array): OnnxError {
  try {
    decodeModel(file);
  } catch (error) {
    if (error instanceof OnnxError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

/** A small good model in which one weight was replaced. */
function withWeight(weight: MessageInitShape<typeof TensorProtoSchema>): Uint8Array {
  const g = new GraphBuilder('one');
  g.input('x', 'float32', [4]);
  g.output(g.node('Add', ['x', 'w'], {}, { name: 'add' }));
  const { initializer } = g.toGraph();
  const whole = { name: 'w', dims: [4n], dataType: DataType.FLOAT, rawData: new Uint8Array(16) };
  initializer.push(create(TensorProtoSchema, { ...whole, ...weight }));
  return fileOf(g.toProto());
}

/** A model of the given edges: node i reads and produces what its pair says. */
function withNodes(
  ...edges: readonly (readonly [inputs: readonly string[], outputs: readonly string[]])[]
): Uint8Array {
  const g = new GraphBuilder('nodes');
  g.input('x', 'float32', [4]);
  edges.forEach(([inputs, outputs], index) => g.node('Sum', inputs, {}, { name: `n${index}`, outputs }));
  g.output('y');
  return fileOf(g.toProto());
}

/** A length-delimited field. */
function nested(field: number, content: Uint8Array): Uint8Array {
  return new BinaryWriter().tag(field, WireType.LengthDelimited).bytes(content).finish();
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

test.each<[string, Uint8Array]>([
  ['an empty file', new Uint8Array()],
  ['a text', text('hello, this is not a model\n')],
  ['a web page', text('<!doctype html><html><body>404</body></html>')],
  ['JSON', text('{"error":"not found"}')],
  ['a PNG image', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13)],
  ['a ZIP archive (a torch checkpoint)', Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0, 0, 8, 0)],
  ['an HDF5 file (a Keras checkpoint)', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a)],
  ['a gzip stream', Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0)],
  ['a page of zeros', new Uint8Array(4096)],
  ['a page of ones', new Uint8Array(4096).fill(0xff)],
])('%s is called what it is: not an ONNX model', (_, file) => {
  expect(refusal(file).code).toBe('not-onnx');
});

test('a model cut at any byte is refused, and called cut short wherever that can be told', () => {
  const file = fileOf(residualModel().proto);
  const codes = new Map<OnnxCode, number>();
  for (let length = 0; length < file.length; length += 1 + Math.floor(length / 500)) {
    const { code } = refusal(file.subarray(0, length));
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  // Cut between two outermost fields the rest is valid protobuf, without nodes or without its operator set.
  expect([...codes.keys()].toSorted()).toEqual(['graph-empty', 'not-onnx', 'truncated']);
  expect(codes.get('truncated')).toBeGreaterThan(200);
  expect(codes.get('not-onnx')).toBeLessThanOrEqual(2);
});

test('a field that says it is longer than its surroundings is damage, not a reason to read on', () => {
  const file = Uint8Array.of(8, 8, 0x3a, 4, 0x0a, 5, 1, 1, 0x42, 2, 16, 17);
  expect(refusal(file)).toMatchObject({ code: 'damaged', message: expect.stringContaining('byte 5') });
});

test('a field of a known number but an impossible kind is damage', () => {
  expect(refusal(Uint8Array.of(8, 8, 0x38, 1)).code).toBe('damaged');
});

test('a packed list that ends within a number is damage', () => {
  const floatDataOfFiveBytes = [0x22, 5, 0, 0, 0, 0, 0];
  const int64DataUnfinished = [0x3a, 2, 1, 0x80];
  for (const content of [floatDataOfFiveBytes, int64DataUnfinished]) {
    const file = Buffer.concat([Uint8Array.of(8, 8), nested(7, nested(5, Uint8Array.from(content)))]);
    expect(refusal(file).code).toBe('damaged');
  }
});

test('a length of 2^63 is not believed', () => {
  const file = Uint8Array.of(8, 8, 0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0);
  expect(refusal(file).code).toBe('truncated');
});

test('sub-graphs nested a thousand deep are refused', () => {
  let graph: Uint8Array = new Uint8Array();
  for (let depth = 0; depth < 1000; depth++) graph = nested(1, nested(5, nested(6, graph))); // node, attribute, g
  expect(refusal(Buffer.concat([Uint8Array.of(8, 8), nested(7, graph)])).code).toBe('unsupported');
});

test('millions of empty nodes in a small file are refused before they fill the memory', () => {
  const nodes = new Uint8Array(12 * 2 ** 20);
  for (let index = 0; index < nodes.length; index += 2) nodes[index] = 0x0a;
  const head = Uint8Array.of(8, 8, 0x3a, 0x80, 0x80, 0x80, 0x06);
  expect(refusal(Buffer.concat([head, nodes])).code).toBe('model-too-large');
});

test('a model without a graph, without nodes or without outputs is refused', () => {
  const opsetImport = [{ version: 17n }];
  const node = [{ opType: 'Relu', input: ['x'], output: ['y'] }];
  const input = [{ name: 'x' }];
  for (const graph of [undefined, {}, { input, output: input }, { input, node }]) {
    const proto = create(ModelProtoSchema, { irVersion: 8n, opsetImport, ...(graph && { graph }) });
    expect(refusal(fileOf(proto)).code).toBe('graph-empty');
  }
});

test('a model that does not name its operator set is refused with what to do', () => {
  const proto = residualModel().proto;
  proto.opsetImport = [];
  expect(refusal(fileOf(proto))).toMatchObject({ code: 'unsupported', hint: expect.stringContaining('opset') });
});

test.each<[string, bigint[]]>([
  ['negative', [-1n]],
  ['a product beyond every memory', [2n ** 40n, 2n ** 40n]],
  ['a product that overflows 64 bits to 4', [2n ** 62n, 4n, 4n]],
  ['a size beyond exact numbers', [2n ** 60n]],
  ['a thousand dimensions of 2', Array.from({ length: 1000 }, () => 2n)],
])('weight dims that are absurd are refused: %s', (_, dims) => {
  expect(refusal(withWeight({ dims })).code).toBe('tensor-invalid');
});

test('a weight whose bytes do not fit its dims is refused, with both sizes in the message', () => {
  for (const sizeBytes of [1, 15, 17, 32]) {
    expect(refusal(withWeight({ rawData: new Uint8Array(sizeBytes) }))).toMatchObject({
      code: 'tensor-invalid',
      message: expect.stringContaining(`needs 16 bytes for its dims and type, but holds ${sizeBytes}`),
    });
  }
});

test('a weight whose list of numbers does not fit its dims is refused', () => {
  expect(refusal(withWeight({ rawData: new Uint8Array(), floatData: [1, 2, 3] })).code).toBe('tensor-invalid');
  expect(refusal(withWeight({ rawData: new Uint8Array(), dataType: DataType.STRING })).code).toBe('tensor-invalid');
});

test('a weight with no data at all is refused unless it has no elements', () => {
  expect(refusal(withWeight({ rawData: new Uint8Array() })).code).toBe('tensor-invalid');
  expect(decodeModel(withWeight({ rawData: new Uint8Array(), dims: [0n] })).graph.initializer('w')?.elementCount).toBe(
    0,
  );
});

test('a weight of an element type from the future is carried along, but its values are not guessed', () => {
  const weight = decodeModel(withWeight({ dataType: 77 })).graph.initializer('w');
  expect(weight?.elementType).toBe('unknown');
  expect(() => weight?.toFloat64()).toThrow(expect.objectContaining({ code: 'unsupported' }));
});

test('a bad tensor deep in a sub-graph is found as well', () => {
  const body = new GraphBuilder('body');
  body.output(body.constant('c', { elementType: 'float32', dims: [5], raw: new Uint8Array(4) }));
  const g = new GraphBuilder('main');
  g.input('flag', 'bool', []);
  const graph = body.toGraph();
  g.output(g.node('If', ['flag'], { then_branch: graph, else_branch: graph }, { name: 'if' }));
  expect(refusal(fileOf(g.toProto())).code).toBe('tensor-invalid');
});

test.each<[string, string]>([
  ['a parent folder', '../secret'],
  ['a parent folder further in', 'weights/../../secret'],
  ['a parent folder behind backslashes', 'weights\\..\\..\\secret'],
  ['an absolute path', '/etc/passwd'],
  ['an absolute path of Windows', 'C:\\Windows\\system.ini'],
  ['a network share', '\\\\server\\share'],
  ['nothing', ''],
  ['a name with a NUL', 'weights\0.bin'],
])('external data in %s is refused when the model is read, not when the data is', (_, location) => {
  const externalData = [{ key: 'location', value: location }];
  expect(
    refusal(withWeight({ rawData: new Uint8Array(), dataLocation: DataLocation.EXTERNAL, externalData })).code,
  ).toBe('external-data-escapes');
});

test('a node that depends on itself, directly, in a ring or through a sub-graph, is refused by name', () => {
  expect(refusal(withNodes([['x', 'y'], ['y']]))).toMatchObject({
    code: 'graph-cyclic',
    message: expect.stringContaining('n0'),
  });
  expect(refusal(withNodes([['c', 'x'], ['a']], [['a'], ['b']], [['b'], ['c']], [['a'], ['y']])).code).toBe(
    'graph-cyclic',
  );
  const body = new GraphBuilder('body');
  body.output(body.identity('inner', 'y'));
  const g = new GraphBuilder('main');
  g.input('flag', 'bool', []);
  const graph = body.toGraph();
  g.output(g.node('If', ['flag'], { then_branch: graph, else_branch: graph }, { name: 'if', outputs: ['y'] }));
  expect(refusal(fileOf(g.toProto())).code).toBe('graph-cyclic');
});

test('two sources of one tensor are refused', () => {
  expect(refusal(withNodes([['x'], ['y']], [['x'], ['y']])).code).toBe('tensor-duplicate');
  expect(refusal(withNodes([['x'], ['y', 'y']])).code).toBe('tensor-duplicate');
  expect(refusal(withNodes([['x'], ['x']], [['x'], ['y']])).code).toBe('tensor-duplicate');
  const g = new GraphBuilder('twice');
  g.input('x', 'float32', [1]);
  g.input('x', 'float32', [1]);
  g.output(g.identity('i', 'x'));
  expect(refusal(fileOf(g.toProto())).code).toBe('tensor-duplicate');
  const w = new GraphBuilder('weights');
  w.initializer('w', constantData([1], Float32Array.of(1)));
  w.initializer('w', constantData([1], Float32Array.of(2)));
  w.output(w.identity('i', 'w'));
  expect(refusal(fileOf(w.toProto())).code).toBe('tensor-duplicate');
});

test('a tensor that nothing produces is refused, with the node that reads it', () => {
  expect(refusal(withNodes([['ghost'], ['y']]))).toMatchObject({
    code: 'tensor-unknown',
    message: expect.stringContaining('"ghost"'),
  });
  expect(refusal(withNodes([['x'], ['z']])).code).toBe('tensor-unknown'); // the output y
});

test('nodes in the wrong order are put in order', () => {
  const { graph } = decodeModel(withNodes([['b'], ['y']], [['a', 'x'], ['b']], [['x'], ['a']]));
  expect(graph.nodes.map(({ outputs }) => outputs[0])).toEqual(['a', 'b', 'y']);
});

test('a chain of 20,000 nodes in reverse order is put in order', () => {
  const length = 20_000;
  const edges = Array.from(
    { length },
    (_, i) => [[i === 0 ? 'x' : `t${i - 1}`], [i === length - 1 ? 'y' : `t${i}`]] as const,
  );
  const { graph } = decodeModel(withNodes(...edges.toReversed()));
  expect(graph.nodes.every((node, index) => node.inputs[0] === (index === 0 ? 'x' : `t${index - 1}`))).toBe(true);
});
