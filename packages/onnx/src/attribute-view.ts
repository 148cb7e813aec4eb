import type { ExternalFolder } from './external-data.js';
import { AttributeType } from './proto/codes.js';
import type { AttributeProto, GraphProto } from './proto/onnx_pb.js';
import { type TensorView, tensorView } from './tensor-view.js';

/** A node's attribute. Exactly the field of the attribute's own type is defined. */
export interface AttributeView {
  readonly name: string;
  readonly int: number | undefined;
  readonly ints: readonly number[] | undefined;
  readonly float: number | undefined;
  readonly floats: readonly number[] | undefined;
  readonly string: string | undefined;
  readonly strings: readonly string[] | undefined;
  readonly tensor: TensorView | undefined;
  readonly proto: AttributeProto;
}

/** Reads an attribute. 64-bit integers become numbers; those beyond ±2^53 (Slice's "to the end") lose digits. */
export function attributeView(proto: AttributeProto, folder: ExternalFolder | undefined): AttributeView {
  const type = typeOf(proto);
  const text = new TextDecoder();
  const when = <T>(wanted: number, read: () => T): T | undefined => (type === wanted ? read() : undefined);
  return {
    name: proto.name,
    int: when(AttributeType.INT, () => Number(proto.i)),
    ints: when(AttributeType.INTS, () => proto.ints.map(Number)),
    float: when(AttributeType.FLOAT, () => proto.f),
    floats: when(AttributeType.FLOATS, () => proto.floats),
    string: when(AttributeType.STRING, () => text.decode(proto.s)),
    strings: when(AttributeType.STRINGS, () => proto.strings.map((bytes) => text.decode(bytes))),
    tensor: type === AttributeType.TENSOR && proto.t ? tensorView(proto.t, folder) : undefined,
    proto,
  };
}

/** Files older than IR version 3 may leave `type` out: then the field that is set tells. */
function typeOf(proto: AttributeProto): number {
  if (proto.type !== AttributeType.UNDEFINED) return proto.type;
  if (proto.t) return AttributeType.TENSOR;
  if (proto.g) return AttributeType.GRAPH;
  if (proto.ints.length > 0) return AttributeType.INTS;
  if (proto.floats.length > 0) return AttributeType.FLOATS;
  if (proto.strings.length > 0) return AttributeType.STRINGS;
  if (Object.hasOwn(proto, 'i')) return AttributeType.INT;
  if (Object.hasOwn(proto, 'f')) return AttributeType.FLOAT;
  if (Object.hasOwn(proto, 's')) return AttributeType.STRING;
  return AttributeType.UNDEFINED;
}

/** The graphs that an attribute holds: bodies and branches of If, Loop, Scan. */
export function subgraphsOf(attributes: readonly AttributeProto[]): GraphProto[] {
  return attributes.flatMap((attribute) => (attribute.g ? [attribute.g, ...attribute.graphs] : attribute.graphs));
}
