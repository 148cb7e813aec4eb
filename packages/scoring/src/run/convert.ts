import { float16ToNumber, numberToFloat16 } from '@espalier/onnx';
import { Tensor } from 'onnxruntime-node';
import type { Rows } from '../dataset/array.js';
import { isFed, type FedType } from './element-types.js';

const views: Readonly<Record<FedType, (buffer: ArrayBuffer) => Tensor.DataType>> = {
  float16: (buffer) => new Uint16Array(buffer),
  float32: (buffer) => new Float32Array(buffer),
  float64: (buffer) => new Float64Array(buffer),
  int8: (buffer) => new Int8Array(buffer),
  uint8: (buffer) => new Uint8Array(buffer),
  int16: (buffer) => new Int16Array(buffer),
  uint16: (buffer) => new Uint16Array(buffer),
  int32: (buffer) => new Int32Array(buffer),
  uint32: (buffer) => new Uint32Array(buffer),
  int64: (buffer) => new BigInt64Array(buffer),
  uint64: (buffer) => new BigUint64Array(buffer),
  bool: (buffer) => new Uint8Array(buffer),
};

/** The numbers of a float tensor; `undefined` for other element types. */
export function realsOf({ type, data }: Pick<Tensor, 'type' | 'data'>): Float32Array | Float64Array | undefined {
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  if (type !== 'float16' || !ArrayBuffer.isView(data)) return undefined;
  const bits = new Uint16Array(data.buffer, data.byteOffset, data.length);
  const values = new Float32Array(bits.length);
  for (let index = 0; index < bits.length; index++) values[index] = float16ToNumber(bits[index] ?? 0);
  return values;
}

/** A float tensor of given numbers. @throws RangeError for an element type that holds no reals */
export function realTensor(elementType: string, values: Float32Array | Float64Array, dims: readonly number[]): Tensor {
  switch (elementType) {
    case 'float32':
      return new Tensor('float32', new Float32Array(values), dims);
    case 'float64':
      return new Tensor('float64', new Float64Array(values), dims);
    case 'float16':
      return new Tensor('float16', Uint16Array.from(values, numberToFloat16), dims);
    default:
      throw new RangeError(`a tensor of ${elementType} holds no real numbers`);
  }
}

/**
 * Samples as a tensor for an input. @throws RangeError where `canBecome` says no
 */
export function tensorOfRows({ elementType, dims, bytes }: Rows, wanted: string): Tensor {
  if (!isFed(elementType) || !isFed(wanted)) throw new RangeError(`no tensor can be made of ${elementType}`);
  const data = views[elementType](bytes.buffer);
  if (elementType === wanted) return new Tensor(wanted, data, dims);
  if (wanted === 'int64' && data instanceof Int32Array)
    return new Tensor(wanted, BigInt64Array.from(data, BigInt), dims);
  const reals = realsOf({ type: elementType, data });
  if (reals === undefined) throw new RangeError(`${elementType} cannot feed an input of ${wanted}`);
  return realTensor(wanted, reals, dims);
}

/** Samples as real numbers, whatever they are stored as. @throws RangeError for what no tensor can be made of */
export function numbersOfRows(rows: Rows): Float32Array | Float64Array {
  const { type, data } = tensorOfRows(rows, rows.elementType);
  return realsOf({ type, data }) ?? Float64Array.from(data, Number);
}
