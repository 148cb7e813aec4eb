import { create, equals, fromBinary, toBinary } from '@bufbuild/protobuf';
import { WireType } from '@bufbuild/protobuf/wire';
import { expect, test } from '@jest/globals';
import { Tensor } from 'onnxruntime-node';
import { decodeModel } from './decode.js';
import { encodeModel } from './encode.js';
import { GraphBuilder } from './graph-builder.js';
import type { OnnxModel } from './model.js';
import { FunctionProtoSchema, ModelProtoSchema, NodeProtoSchema } from './proto/onnx_pb.js';
import { constantsModel, fileOf, nestedIfModel, residualModel } from './testing/models.js';
import { randomTensor, runModel } from './testing/run-model.js';

const flag = (value: boolean): Tensor => new Tensor('bool', [value], []);

const MODELS: readonly [string, () => OnnxModel, Record<string, Tensor>][] = [
  ['a residual network', residualModel, { x: randomTensor([1, 3, 8, 8]) }],
  ['a network with nested branches', nestedIfModel, { image: randomTensor([1, 3, 4, 4]), flag: flag(false) }],
  ['a network with constants of every form', constantsModel, { x: randomTensor([2, 2]) }],
  ['a network whose weights are big', bigModel, { x: randomTensor([1, 64, 4, 4]) }],
];

function bigModel(): OnnxModel {
  const g = new GraphBuilder('big', { seed: 5 });
  const x = g.input('x', 'float32', [1, 64, 4, 4]);
  return g.output(g.relu('r', g.conv('a', g.conv('b', x, { out: 64 }), { out: 64, bias: true })), { as: 'y' }).build();
}

test.each(MODELS)('%s decodes, after encoding, to an equal message', (_, build) => {
  const model = build();
  const decoded = decodeModel(Buffer.concat(encodeModel(model)));
  expect(equals(ModelProtoSchema, decoded.proto, model.proto)).toBe(true);
});

test.each(MODELS)('%s computes the same after it was read and written', async (_, build, feeds) => {
  const original = fileOf(build().proto);
  const rewritten = Buffer.concat(encodeModel(decodeModel(original)));
  expect(await runModel(rewritten, feeds)).toEqual(await runModel(original, feeds));
});

test('weights are views of the file when read, and the same views when written', () => {
  const file = fileOf(bigModel().proto);
  const model = decodeModel(file);
  const weight = model.graph.initializer('a.weight')?.rawBytes();
  expect(weight?.buffer).toBe(file.buffer);
  expect(weight?.length).toBe(64 * 64 * 9 * 4);
  expect(encodeModel(model)).toContain(weight);
});

test('weights in Constant nodes and in sub-graphs are written as views too', () => {
  const body = new GraphBuilder('body', { seed: 6 });
  body.output(body.conv('deep', 'x', { in: 64, out: 64 }));
  const g = new GraphBuilder('main');
  g.input('x', 'float32', [1, 64, 4, 4]);
  g.input('flag', 'bool', []);
  const graph = body.toGraph();
  const y = g.node('If', ['flag'], { then_branch: graph, else_branch: graph }, { name: 'if' });
  const file = fileOf(g.output(y).toProto());
  const big = encodeModel(decodeModel(file)).filter((chunk) => chunk.buffer === file.buffer);
  expect(big.map((chunk) => chunk.length)).toEqual([64 * 64 * 9 * 4, 64 * 64 * 9 * 4]);
});

test('a Buffer that starts at any byte of its memory is read like any other bytes', () => {
  const file = fileOf(residualModel().proto);
  for (let offset = 0; offset < 4; offset++) {
    const memory = Buffer.alloc(file.length + offset);
    memory.set(file, offset);
    const values = decodeModel(memory.subarray(offset)).graph.initializer('b.conv.bias')?.toFloat64();
    expect(values).toEqual(residualModel().graph.initializer('b.conv.bias')?.toFloat64());
  }
});

test('fields that this package does not know survive at every level', () => {
  const proto = residualModel().proto;
  const unknown = { no: 99, wireType: WireType.LengthDelimited, data: Uint8Array.of(2, 7, 7) };
  const holders = [
    proto,
    proto.graph,
    proto.graph?.node[0],
    proto.graph?.initializer[0],
    proto.graph?.node[0]?.attribute[0],
  ];
  for (const holder of holders) if (holder) holder.$unknown = [unknown];
  const written = Buffer.concat(encodeModel(decodeModel(fileOf(proto))));
  const again = fromBinary(ModelProtoSchema, written);
  const found = [
    again,
    again.graph,
    again.graph?.node[0],
    again.graph?.initializer[0],
    again.graph?.node[0]?.attribute[0],
  ];
  for (const holder of found) expect(holder?.$unknown?.[0]?.data).toEqual(unknown.data);
});

test('functions of a model survive, with the weights of their nodes', () => {
  const body = new GraphBuilder('body', { seed: 8 });
  const proto = residualModel().proto;
  body.constant('k', { elementType: 'float32', dims: [2048], raw: new Uint8Array(8192).fill(9) });
  proto.functions = [
    create(FunctionProtoSchema, {
      name: 'f',
      domain: 'own',
      output: ['k_out'],
      node: body.toGraph().node.map((node) => create(NodeProtoSchema, node)),
    }),
  ];
  const decoded = decodeModel(Buffer.concat(encodeModel(decodeModel(fileOf(proto)))));
  expect(decoded.proto.functions[0]).toEqual(proto.functions[0]);
});

test('nothing is lost between the library alone and the chunked writer', () => {
  const { proto } = nestedIfModel();
  const alone = fromBinary(ModelProtoSchema, toBinary(ModelProtoSchema, proto));
  expect(equals(ModelProtoSchema, decodeModel(Buffer.concat(encodeModel(nestedIfModel()))).proto, alone)).toBe(true);
});
