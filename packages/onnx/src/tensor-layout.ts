import { type ElementType, elementTypeOf, rawSizeBytes } from './element-type.js';
import { OnnxError } from './errors.js';
import { assertInsideFolder, type ExternalRange } from './external-data.js';
import { DataLocation } from './proto/codes.js';
import type { TensorProto } from './proto/onnx_pb.js';

/** Where the elements of a tensor are found. */
export type TensorStorage =
  | { readonly kind: 'raw' }
  | { readonly kind: 'typed'; readonly field: TypedField }
  | { readonly kind: 'external'; readonly range: ExternalRange };

export type TypedField = 'floatData' | 'int32Data' | 'int64Data' | 'doubleData' | 'uint64Data' | 'stringData';

/** What a tensor claims to be, after its claims were checked against the bytes that are there. */
export interface TensorLayout {
  readonly elementType: ElementType;
  readonly dims: readonly number[];
  readonly elementCount: number;
  readonly storage: TensorStorage;
}

const TYPED_FIELDS: Partial<Record<ElementType, TypedField>> = {
  float32: 'floatData',
  complex64: 'floatData',
  float64: 'doubleData',
  complex128: 'doubleData',
  int64: 'int64Data',
  uint64: 'uint64Data',
  uint32: 'uint64Data',
  string: 'stringData',
};

/**
 * Checks that dims, element type and data of a tensor agree, without reading external data.
 * @throws OnnxError `tensor-invalid`, `external-data-escapes`, `unsupported` (tensors cut into segments)
 */
export function layoutOf(tensor: TensorProto): TensorLayout {
  const elementType = elementTypeOf(tensor.dataType);
  const dims = tensor.dims.map((dim) => dimension(dim, tensor.name));
  const elementCount = countElements(dims, tensor.name);
  if (tensor.segment) {
    throw new OnnxError('unsupported', `tensor ${label(tensor.name)} is cut into segments, which is not supported`);
  }
  return { elementType, dims, elementCount, storage: storageOf(tensor, elementType, elementCount) };
}

function storageOf(tensor: TensorProto, elementType: ElementType, elementCount: number): TensorStorage {
  if (tensor.dataLocation === DataLocation.EXTERNAL) {
    const range = externalRange(tensor);
    checkSize(tensor.name, rawSizeBytes(elementType, elementCount), range.length);
    return { kind: 'external', range };
  }
  const field = TYPED_FIELDS[elementType] ?? 'int32Data';
  if (tensor.rawData.length > 0 || tensor[field].length === 0) {
    checkSize(tensor.name, rawSizeBytes(elementType, elementCount), tensor.rawData.length);
    if (elementType === 'string' && elementCount > 0) {
      throw invalid(tensor.name, `has ${elementCount} strings by its dims, but holds none`);
    }
    return { kind: 'raw' };
  }
  checkTypedLength(tensor, elementType, elementCount, field);
  return { kind: 'typed', field };
}

function checkTypedLength(tensor: TensorProto, type: ElementType, elementCount: number, field: TypedField): void {
  const perElement = type === 'complex64' || type === 'complex128' ? 2 : 1;
  // Types under 8 bits are packed: one entry of int32_data holds one byte, that is several elements.
  const isPacked = /^(u?int|float)[24]/.test(type) && type !== 'float16';
  const expected = isPacked ? rawSizeBytes(type, elementCount) : elementCount * perElement;
  if (type !== 'unknown' && tensor[field].length !== expected) {
    throw invalid(tensor.name, `needs ${expected} values for its dims, but holds ${tensor[field].length}`);
  }
}

function checkSize(name: string, expectedBytes: number | undefined, actualBytes: number | undefined): void {
  if (expectedBytes === undefined || actualBytes === undefined || expectedBytes === actualBytes) return;
  throw invalid(name, `needs ${expectedBytes} bytes for its dims and type, but holds ${actualBytes}`);
}

function dimension(dim: bigint, name: string): number {
  if (dim < 0n || dim > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid(name, `has an impossible dimension ${dim}`);
  return Number(dim);
}

function countElements(dims: readonly number[], name: string): number {
  const count = dims.reduce((product, dim) => product * dim, 1);
  // 2^48 elements: every size in bits below stays exact, and no machine holds as many.
  if (!(count <= 2 ** 48)) throw invalid(name, `has impossible dims [${dims.join(', ')}]`);
  return count;
}

function externalRange(tensor: TensorProto): ExternalRange {
  const entries = new Map(tensor.externalData.map((entry) => [entry.key, entry.value]));
  const range = {
    tensor: label(tensor.name),
    location: entries.get('location') ?? '',
    offset: byteCount(tensor.name, 'offset', entries.get('offset')) ?? 0,
    length: byteCount(tensor.name, 'length', entries.get('length')),
  };
  assertInsideFolder(range);
  return range;
}

function byteCount(name: string, key: string, text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value))
    throw invalid(name, `has an impossible external data ${key} ${JSON.stringify(text)}`);
  return value;
}

function invalid(name: string, what: string): OnnxError {
  return new OnnxError('tensor-invalid', `tensor ${label(name)} ${what}`);
}

function label(name: string): string {
  return name === '' ? '(unnamed)' : name;
}
