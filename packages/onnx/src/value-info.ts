import { create } from '@bufbuild/protobuf';
import { dataTypeOf, type ElementType, elementTypeOf } from './element-type.js';
import { type TensorShapeProto_Dimension, type ValueInfoProto, ValueInfoProtoSchema } from './proto/onnx_pb.js';

/** What a model declares about one of its tensors. */
export interface ValueInfo {
  readonly name: string;
  /** `unknown` for sequences, maps and other values that are no tensors. */
  readonly elementType: ElementType;
  /** A number, the name of a symbolic size, or `null` where nothing is said; `undefined` when the rank is unknown. */
  readonly dims: readonly (number | string | null)[] | undefined;
}

/** Reads a declaration; anything that makes no sense as a size counts as "nothing is said". */
export function valueInfoOf(proto: ValueInfoProto): ValueInfo {
  const value = proto.type?.value;
  if (value?.case !== 'tensorType') return { name: proto.name, elementType: 'unknown', dims: undefined };
  return {
    name: proto.name,
    elementType: elementTypeOf(value.value.elemType),
    dims: value.value.shape?.dim.map(dimensionOf),
  };
}

function dimensionOf({ value }: TensorShapeProto_Dimension): number | string | null {
  if (value.case === 'dimParam') return value.value === '' ? null : value.value;
  if (value.case !== 'dimValue') return null;
  const size = Number(value.value);
  return Number.isSafeInteger(size) && size >= 0 ? size : null;
}

/** The declaration of a tensor; with `dims` undefined its rank stays open. */
export function valueInfoProto(name: string, elementType: ElementType, dims: ValueInfo['dims']): ValueInfoProto {
  const shape = dims && { dim: dims.map(dimensionInit) };
  const elemType = dataTypeOf(elementType);
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: shape ? { elemType, shape } : { elemType } } },
  });
}

function dimensionInit(dim: number | string | null) {
  if (dim === null) return {};
  return typeof dim === 'string'
    ? { value: { case: 'dimParam' as const, value: dim } }
    : { value: { case: 'dimValue' as const, value: BigInt(dim) } };
}
