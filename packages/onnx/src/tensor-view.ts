import type { TypedValues } from './constant-data.js';
import { type ElementType, rawSizeBytes } from './element-type.js';
import { OnnxError } from './errors.js';
import type { ExternalFolder } from './external-data.js';
import { bfloat16ToNumber, FLOAT8_FORMATS, float8ToNumber, float16ToNumber } from './float-formats.js';
import type { TensorProto } from './proto/onnx_pb.js';
import { layoutOf, type TensorLayout, type TypedField } from './tensor-layout.js';

/** A constant tensor of a model, read on demand. Element types are those of the file; values are in row-major order. */
export interface TensorView {
  readonly name: string;
  readonly elementType: ElementType;
  readonly dims: readonly number[];
  readonly elementCount: number;
  /** True when the data lies in a file beside the model. */
  readonly isExternal: boolean;
  /** Values as numbers; 64-bit integers lose digits beyond 2^53. @throws OnnxError `unsupported` (strings, complex) */
  toFloat64(): Float64Array;
  /** Values rounded to float32; a view of the file where that is possible, so do not write into it. */
  toFloat32(): Float32Array;
  /** Integer values. @throws OnnxError `unsupported` when the tensor holds no integers */
  toBigInt64(): BigInt64Array;
  /** Integer values as numbers; those beyond ±2^53 lose digits. @throws OnnxError `unsupported` for other types */
  ints(): number[];
  /** Little-endian bytes as `raw_data` would hold them; a view of the file where that is possible. */
  rawBytes(): Uint8Array;
  readonly proto: TensorProto;
}

/**
 * A view of one tensor of a model. Nothing is read before one of its methods is called.
 * @throws OnnxError `tensor-invalid`, `external-data-escapes`, `unsupported`
 */
export function tensorView(proto: TensorProto, folder: ExternalFolder | undefined): TensorView {
  const layout = layoutOf(proto);
  const rawBytes = (): Uint8Array => readRaw(proto, layout, folder);
  const numbers = (): TypedValues => numbersOf(proto.name, layout, rawBytes());
  return {
    name: proto.name,
    elementType: layout.elementType,
    dims: layout.dims,
    elementCount: layout.elementCount,
    isExternal: layout.storage.kind === 'external',
    proto,
    rawBytes,
    toFloat64: () => {
      const values = numbers();
      return isBig(values) ? Float64Array.from(values, Number) : new Float64Array(values);
    },
    toFloat32: () => {
      const values = numbers();
      if (values instanceof Float32Array) return values;
      return isBig(values) ? Float32Array.from(values, Number) : new Float32Array(values);
    },
    toBigInt64: () => BigInt64Array.from(integers(proto.name, layout, numbers()), BigInt),
    ints: () => Array.from(integers(proto.name, layout, numbers()), Number),
  };
}

function isBig(values: TypedValues): values is BigInt64Array | BigUint64Array {
  return values instanceof BigInt64Array || values instanceof BigUint64Array;
}

function integers(name: string, { elementType }: TensorLayout, values: TypedValues): TypedValues {
  if (/^u?int\d|^bool$/.test(elementType)) return values;
  throw new OnnxError('unsupported', `tensor ${name} holds ${elementType} values, not integers`);
}

function readRaw(proto: TensorProto, layout: TensorLayout, folder: ExternalFolder | undefined): Uint8Array {
  const { storage, elementType, elementCount } = layout;
  if (storage.kind === 'raw') return proto.rawData;
  if (storage.kind === 'typed') return rawFromTyped(proto, elementType, storage.field);
  const sizeBytes = rawSizeBytes(elementType, elementCount);
  if (sizeBytes === undefined) {
    throw new OnnxError('unsupported', `tensor ${proto.name} keeps ${elementType} values in an external file`);
  }
  if (!folder) {
    throw new OnnxError(
      'external-data-missing',
      `the data of tensor ${proto.name} lies in the file ${storage.range.location}`,
      {
        hint: 'read the model from its folder, or inline its external data before you send it',
      },
    );
  }
  return folder.read(storage.range, sizeBytes);
}

function rawFromTyped(proto: TensorProto, elementType: ElementType, field: TypedField): Uint8Array {
  switch (field) {
    case 'floatData':
      return bytesOf(Float32Array.from(proto.floatData));
    case 'doubleData':
      return bytesOf(Float64Array.from(proto.doubleData));
    case 'int64Data':
      return bytesOf(BigInt64Array.from(proto.int64Data));
    case 'uint64Data':
      return elementType === 'uint32'
        ? bytesOf(Uint32Array.from(proto.uint64Data, (value) => Number(BigInt.asUintN(32, value))))
        : bytesOf(BigUint64Array.from(proto.uint64Data));
    case 'int32Data':
      return narrowed(proto.int32Data, elementType);
    default:
      throw new OnnxError('unsupported', `tensor ${proto.name} holds strings, which have no raw form`);
  }
}

/** int32_data holds every type of up to 32 bits, one value (or one packed byte) an entry; wider bits are dropped. */
function narrowed(values: readonly number[], elementType: ElementType): Uint8Array {
  if (rawSizeBytes(elementType, 1) === 4) return bytesOf(Int32Array.from(values));
  if (rawSizeBytes(elementType, 1) === 2) return bytesOf(Uint16Array.from(values, (value) => value & 0xffff));
  return Uint8Array.from(values, (value) => value & 0xff);
}

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function numbersOf(name: string, { elementType, elementCount }: TensorLayout, raw: Uint8Array): TypedValues {
  switch (elementType) {
    case 'float32':
      return new Float32Array(...aligned(raw, 4));
    case 'float64':
      return new Float64Array(...aligned(raw, 8));
    case 'int8':
      return new Int8Array(...aligned(raw, 1));
    case 'uint8':
    case 'bool':
      return raw;
    case 'int16':
      return new Int16Array(...aligned(raw, 2));
    case 'uint16':
      return new Uint16Array(...aligned(raw, 2));
    case 'int32':
      return new Int32Array(...aligned(raw, 4));
    case 'uint32':
      return new Uint32Array(...aligned(raw, 4));
    case 'int64':
      return new BigInt64Array(...aligned(raw, 8));
    case 'uint64':
      return new BigUint64Array(...aligned(raw, 8));
    case 'float16':
      return converted(new Uint16Array(...aligned(raw, 2)), float16ToNumber);
    case 'bfloat16':
      return converted(new Uint16Array(...aligned(raw, 2)), bfloat16ToNumber);
    case 'float8e4m3fn':
    case 'float8e4m3fnuz':
    case 'float8e5m2':
    case 'float8e5m2fnuz': {
      const format = FLOAT8_FORMATS[elementType];
      return converted(raw, (byte) => float8ToNumber(byte, format));
    }
    case 'uint4':
      return unpacked(raw, elementCount, 4, false);
    case 'int4':
      return unpacked(raw, elementCount, 4, true);
    case 'uint2':
      return unpacked(raw, elementCount, 2, false);
    case 'int2':
      return unpacked(raw, elementCount, 2, true);
    default:
      throw new OnnxError('unsupported', `tensor ${name} has element type ${elementType}, whose values cannot be read`);
  }
}

/** A plain loop: `Float32Array.from` with a mapping function is ten times slower on millions of weights. */
function converted(bits: Uint8Array | Uint16Array, toNumber: (bits: number) => number): Float32Array {
  const values = new Float32Array(bits.length);
  for (let index = 0; index < bits.length; index++) values[index] = toNumber(bits[index] ?? 0);
  return values;
}

/** Arguments for a typed array over `raw`; typed arrays must start at a multiple of their element size, so some are copied. */
function aligned(raw: Uint8Array, elementBytes: number): [ArrayBufferLike, number, number] {
  const bytes = raw.byteOffset % elementBytes === 0 ? raw : raw.slice();
  return [bytes.buffer, bytes.byteOffset, bytes.byteLength / elementBytes];
}

/** Elements of 2 or 4 bits, the first in the lowest bits of each byte. */
function unpacked(raw: Uint8Array, elementCount: number, bits: 2 | 4, isSigned: boolean): Int8Array {
  const perByte = 8 / bits;
  return Int8Array.from({ length: elementCount }, (_, index) => {
    const shifted = (raw[Math.floor(index / perByte)] ?? 0) >> ((index % perByte) * bits);
    const value = shifted & (2 ** bits - 1);
    return isSigned && value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
  });
}
