import { create } from '@bufbuild/protobuf';
import { dataTypeOf, type ElementType } from './element-type.js';
import { OnnxError } from './errors.js';
import { numberToFloat16 } from './float-formats.js';
import { type TensorProto, TensorProtoSchema } from './proto/onnx_pb.js';

/** A tensor to be put into a model: `raw` holds its elements in row-major order, little-endian. */
export interface ConstantData {
  readonly elementType: ElementType;
  readonly dims: readonly number[];
  readonly raw: Uint8Array;
}

/** Arrays whose elements have the same form in memory as in an ONNX file. */
export type TypedValues =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/**
 * A constant of the values' own type, which are shared, not copied; `as: 'float16'` rounds numbers to half precision
 * and `as: 'bool'` takes bytes of 0 and 1.
 * @throws OnnxError `tensor-invalid` when the number of values is not the product of `dims`
 */
export function constantData(
  dims: readonly number[],
  values: TypedValues,
  { as }: { as?: 'float16' | 'bool' } = {},
): ConstantData {
  const elementCount = dims.reduce((product, dim) => product * dim, 1);
  if (values.length !== elementCount) {
    throw new OnnxError(
      'tensor-invalid',
      `dims [${dims.join(', ')}] need ${elementCount} values, not ${values.length}`,
    );
  }
  const stored = as === 'float16' ? halves(values) : values;
  return { elementType: as ?? elementTypeOfArray(values), dims, raw: bytesOf(stored) };
}

/** The constant as a message. */
export function tensorProto(name: string, { elementType, dims, raw }: ConstantData): TensorProto {
  return create(TensorProtoSchema, { name, dims: dims.map(BigInt), dataType: dataTypeOf(elementType), rawData: raw });
}

function halves(values: TypedValues): Uint16Array {
  const bits = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index++) bits[index] = numberToFloat16(Number(values[index]));
  return bits;
}

function bytesOf(values: TypedValues): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function elementTypeOfArray(values: TypedValues): ElementType {
  if (values instanceof Float32Array) return 'float32';
  if (values instanceof Float64Array) return 'float64';
  if (values instanceof Int8Array) return 'int8';
  if (values instanceof Uint8Array) return 'uint8';
  if (values instanceof Int16Array) return 'int16';
  if (values instanceof Uint16Array) return 'uint16';
  if (values instanceof Int32Array) return 'int32';
  if (values instanceof Uint32Array) return 'uint32';
  return values instanceof BigInt64Array ? 'int64' : 'uint64';
}
