import { create, isMessage } from '@bufbuild/protobuf';
import { AttributeType } from './proto/codes.js';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from './proto/onnx_pb.js';

/** Value of a node's attribute. Plain numbers are integers, as most of ONNX's attributes are; floats say so. */
export type AttributeValue =
  | number
  | readonly number[]
  | string
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }
  | GraphProto
  | TensorProto;

/** The attribute as a message. */
export function attributeProto(name: string, value: AttributeValue): AttributeProto {
  const text = new TextEncoder();
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: text.encode(value) });
  }
  if (isMessage(value, GraphProtoSchema))
    return create(AttributeProtoSchema, { name, type: AttributeType.GRAPH, g: value });
  if (isMessage(value, TensorProtoSchema))
    return create(AttributeProtoSchema, { name, type: AttributeType.TENSOR, t: value });
  if ('float' in value) return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  if ('floats' in value)
    return create(AttributeProtoSchema, { name, type: AttributeType.FLOATS, floats: [...value.floats] });
  if ('strings' in value) {
    const strings = value.strings.map((each) => text.encode(each));
    return create(AttributeProtoSchema, { name, type: AttributeType.STRINGS, strings });
  }
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
}
