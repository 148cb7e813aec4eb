/** The elements of a tensor: float16 as its bits, booleans as 0 and 1. */
export type TensorData =
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>;

/** A tensor with its elements in row-major order. */
export interface TensorValue {
  readonly elementType: string;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

type View = (buffer: ArrayBuffer) => TensorData;

const views: ReadonlyMap<string, View> = new Map<string, View>([
  ['float32', (buffer) => new Float32Array(buffer)],
  ['float64', (buffer) => new Float64Array(buffer)],
  ['float16', (buffer) => new Uint16Array(buffer)],
  ['int8', (buffer) => new Int8Array(buffer)],
  ['uint8', (buffer) => new Uint8Array(buffer)],
  ['bool', (buffer) => new Uint8Array(buffer)],
  ['int16', (buffer) => new Int16Array(buffer)],
  ['uint16', (buffer) => new Uint16Array(buffer)],
  ['int32', (buffer) => new Int32Array(buffer)],
  ['uint32', (buffer) => new Uint32Array(buffer)],
  ['int64', (buffer) => new BigInt64Array(buffer)],
  ['uint64', (buffer) => new BigUint64Array(buffer)],
]);

/** Whether tensors of this element type can be passed to and from a probe. */
export function isTransferable(elementType: string): boolean {
  return views.has(elementType);
}

/**
 * The elements in little-endian bytes, copied.
 * @throws RangeError when the element type cannot be passed, or the bytes are no whole number of elements
 */
export function dataOfBytes(elementType: string, bytes: Uint8Array): TensorData {
  const view = views.get(elementType);
  if (view === undefined) throw new RangeError(`tensors of ${elementType} cannot be passed to or from a probe`);
  return view(Uint8Array.from(bytes).buffer);
}

/** The bytes of the elements; they share the memory of `data`. */
export function bytesOfData(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
