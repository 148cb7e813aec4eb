import { DataType } from './proto/codes.js';

const TYPES = [
  { name: 'float32', code: DataType.FLOAT, bits: 32 },
  { name: 'uint8', code: DataType.UINT8, bits: 8 },
  { name: 'int8', code: DataType.INT8, bits: 8 },
  { name: 'uint16', code: DataType.UINT16, bits: 16 },
  { name: 'int16', code: DataType.INT16, bits: 16 },
  { name: 'int32', code: DataType.INT32, bits: 32 },
  { name: 'int64', code: DataType.INT64, bits: 64 },
  { name: 'string', code: DataType.STRING, bits: 0 },
  { name: 'bool', code: DataType.BOOL, bits: 8 },
  { name: 'float16', code: DataType.FLOAT16, bits: 16 },
  { name: 'float64', code: DataType.DOUBLE, bits: 64 },
  { name: 'uint32', code: DataType.UINT32, bits: 32 },
  { name: 'uint64', code: DataType.UINT64, bits: 64 },
  { name: 'complex64', code: DataType.COMPLEX64, bits: 64 },
  { name: 'complex128', code: DataType.COMPLEX128, bits: 128 },
  { name: 'bfloat16', code: DataType.BFLOAT16, bits: 16 },
  { name: 'float8e4m3fn', code: DataType.FLOAT8E4M3FN, bits: 8 },
  { name: 'float8e4m3fnuz', code: DataType.FLOAT8E4M3FNUZ, bits: 8 },
  { name: 'float8e5m2', code: DataType.FLOAT8E5M2, bits: 8 },
  { name: 'float8e5m2fnuz', code: DataType.FLOAT8E5M2FNUZ, bits: 8 },
  { name: 'uint4', code: DataType.UINT4, bits: 4 },
  { name: 'int4', code: DataType.INT4, bits: 4 },
  { name: 'float4e2m1', code: DataType.FLOAT4E2M1, bits: 4 },
  { name: 'float8e8m0', code: DataType.FLOAT8E8M0, bits: 8 },
  { name: 'uint2', code: DataType.UINT2, bits: 2 },
  { name: 'int2', code: DataType.INT2, bits: 2 },
] as const;

/** Element type of a tensor; `unknown` = not a tensor, not declared, or a type of a later ONNX version. */
export type ElementType = (typeof TYPES)[number]['name'] | 'unknown';

const BY_CODE = new Map<number, (typeof TYPES)[number]>(TYPES.map((type) => [type.code, type]));
const BY_NAME = new Map<string, (typeof TYPES)[number]>(TYPES.map((type) => [type.name, type]));

/** The element type of an ONNX data type number. */
export function elementTypeOf(dataType: number): ElementType {
  return BY_CODE.get(dataType)?.name ?? 'unknown';
}

/** The ONNX data type number of an element type; 0 (UNDEFINED) for `unknown`. */
export function dataTypeOf(elementType: ElementType): number {
  return BY_NAME.get(elementType)?.code ?? DataType.UNDEFINED;
}

/**
 * Bytes that `elementCount` elements take in raw form; types under 8 bits are packed, the last byte padded.
 * `undefined` where the raw form has no fixed size (`string`, `unknown`).
 */
export function rawSizeBytes(elementType: ElementType, elementCount: number): number | undefined {
  const bits = BY_NAME.get(elementType)?.bits ?? 0;
  return bits === 0 ? undefined : Math.ceil((bits * elementCount) / 8);
}

/** The element type of this name; `unknown` for a name that ONNX does not have. */
export function elementTypeNamed(name: string): ElementType {
  return BY_NAME.get(name)?.name ?? 'unknown';
}
