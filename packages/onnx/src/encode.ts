import { toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { copyWith } from './copy.js';
import { OnnxError } from './errors.js';
import type { OnnxModel } from './model.js';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type FunctionProto,
  FunctionProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from './proto/onnx_pb.js';

/** Smaller tensors are copied: a chunk of its own costs more than the copy. */
const LIFT_FROM_BYTES = 4096;

/** Small chunks are joined up to this size, so that a file is written in few system calls. */
const JOIN_UP_TO_BYTES = 1 << 16;

/** protobuf counts the length of a message in a signed 32-bit number; no reader takes more. */
export const LARGEST_FILE_BYTES = 2 ** 31 - 1;

/** Encoded bytes that are not joined yet. */
interface Piece {
  readonly sizeBytes: number;
  readonly chunks: readonly Uint8Array[];
}

/**
 * The bytes of an ONNX file, as chunks to be written one after the other. Big weights are not copied: their chunks are
 * the very slices of the file that the model was decoded from. Fields may come in another order than in that file.
 * @throws OnnxError `model-too-large` beyond 2 GiB
 */
export function encodeModel({ proto }: OnnxModel): readonly Uint8Array[] {
  const { graph, functions } = proto;
  const rest = copyWith(ModelProtoSchema, proto, { functions: [] });
  delete rest.graph;
  const piece = joined([
    whole(toBinary(ModelProtoSchema, rest)),
    ...(graph ? [field(ModelProtoSchema.field.graph.number, encodeGraph(graph))] : []),
    ...functions.map((each) => field(ModelProtoSchema.field.functions.number, encodeFunction(each))),
  ]);
  if (piece.sizeBytes > LARGEST_FILE_BYTES) {
    throw new OnnxError(
      'model-too-large',
      `the model takes ${piece.sizeBytes} bytes, but one ONNX file holds at most 2 GiB`,
      {
        hint: 'keep its weights in external data files',
      },
    );
  }
  return withoutSmallChunks(piece.chunks);
}

function encodeGraph(graph: GraphProto): Piece {
  const rest = copyWith(GraphProtoSchema, graph, { node: [], initializer: [] });
  return joined([
    whole(toBinary(GraphProtoSchema, rest)),
    ...graph.node.map((node) => field(GraphProtoSchema.field.node.number, encodeNode(node))),
    ...graph.initializer.map((tensor) => field(GraphProtoSchema.field.initializer.number, encodeTensor(tensor))),
  ]);
}

function encodeFunction(definition: FunctionProto): Piece {
  return joined([
    whole(toBinary(FunctionProtoSchema, copyWith(FunctionProtoSchema, definition, { node: [] }))),
    ...definition.node.map((node) => field(FunctionProtoSchema.field.node.number, encodeNode(node))),
  ]);
}

function encodeNode(node: NodeProto): Piece {
  if (!node.attribute.some(holdsTensors)) return whole(toBinary(NodeProtoSchema, node));
  return joined([
    whole(toBinary(NodeProtoSchema, copyWith(NodeProtoSchema, node, { attribute: [] }))),
    ...node.attribute.map((each) => field(NodeProtoSchema.field.attribute.number, encodeAttribute(each))),
  ]);
}

function holdsTensors({ t, g, tensors, graphs }: AttributeProto): boolean {
  return t !== undefined || g !== undefined || tensors.length > 0 || graphs.length > 0;
}

function encodeAttribute(attribute: AttributeProto): Piece {
  const { t, g, tensors, graphs } = attribute;
  const rest = copyWith(AttributeProtoSchema, attribute, { tensors: [], graphs: [] });
  delete rest.t;
  delete rest.g;
  const fields = AttributeProtoSchema.field;
  return joined([
    whole(toBinary(AttributeProtoSchema, rest)),
    ...(t ? [field(fields.t.number, encodeTensor(t))] : []),
    ...(g ? [field(fields.g.number, encodeGraph(g))] : []),
    ...tensors.map((tensor) => field(fields.tensors.number, encodeTensor(tensor))),
    ...graphs.map((graph) => field(fields.graphs.number, encodeGraph(graph))),
  ]);
}

function encodeTensor(tensor: TensorProto): Piece {
  const { rawData } = tensor;
  if (rawData.length < LIFT_FROM_BYTES) return whole(toBinary(TensorProtoSchema, tensor));
  const rest = copyWith(TensorProtoSchema, tensor, {});
  Reflect.deleteProperty(rest, 'rawData');
  return joined([
    whole(toBinary(TensorProtoSchema, rest)),
    field(TensorProtoSchema.field.rawData.number, whole(rawData)),
  ]);
}

function whole(bytes: Uint8Array): Piece {
  return { sizeBytes: bytes.length, chunks: [bytes] };
}

/** A length-delimited field: tag, length, content. */
function field(number: number, content: Piece): Piece {
  const head = new BinaryWriter().tag(number, WireType.LengthDelimited).uint32(content.sizeBytes).finish();
  return { sizeBytes: head.length + content.sizeBytes, chunks: [head, ...content.chunks] };
}

function joined(pieces: readonly Piece[]): Piece {
  return {
    sizeBytes: pieces.reduce((size, piece) => size + piece.sizeBytes, 0),
    chunks: pieces.flatMap((piece) => piece.chunks),
  };
}

function withoutSmallChunks(chunks: readonly Uint8Array[]): Uint8Array[] {
  const result: Uint8Array[] = [];
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  const flush = (): void => {
    if (pendingBytes > 0) result.push(new Uint8Array(Buffer.concat(pending)));
    pending = [];
    pendingBytes = 0;
  };
  for (const chunk of chunks) {
    if (chunk.length >= LIFT_FROM_BYTES) {
      flush();
      result.push(chunk);
      continue;
    }
    pending.push(chunk);
    pendingBytes += chunk.length;
    if (pendingBytes >= JOIN_UP_TO_BYTES) flush();
  }
  flush();
  return result;
}
