import { MeasureError } from '../measure-error.js';
import { dataOfBytes, type TensorData } from '../tensor-data.js';

/** An array of a file: what onnxruntime calls its elements, its shape, and its elements in row-major order. */
export interface InputArray {
  readonly elementType: string;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
const VERSION_END = 8;

/** Bytes of the length field, by major version of the format. */
const lengthBytes: ReadonlyMap<number, 2 | 4> = new Map([
  [1, 2],
  [2, 4],
  [3, 4],
]);

/** numpy itself refuses to parse longer headers. */
const MAX_HEADER_BYTES = 10_000;

/** So many bytes from the beginning of an .npy hold its header, whatever it is. */
export const NPY_HEADER_BYTES = VERSION_END + 4 + MAX_HEADER_BYTES;

const MAX_RANK = 64;

interface Dtype {
  readonly elementType: string;
  readonly bytes: number;
}

/** numpy's descriptions of the elements that tensors of onnxruntime hold, in little-endian order. */
const dtypes: ReadonlyMap<string, Dtype> = new Map([
  ['<f2', { elementType: 'float16', bytes: 2 }],
  ['<f4', { elementType: 'float32', bytes: 4 }],
  ['<f8', { elementType: 'float64', bytes: 8 }],
  ['|b1', { elementType: 'bool', bytes: 1 }],
  ['|i1', { elementType: 'int8', bytes: 1 }],
  ['|u1', { elementType: 'uint8', bytes: 1 }],
  ['<i2', { elementType: 'int16', bytes: 2 }],
  ['<u2', { elementType: 'uint16', bytes: 2 }],
  ['<i4', { elementType: 'int32', bytes: 4 }],
  ['<u4', { elementType: 'uint32', bytes: 4 }],
  ['<i8', { elementType: 'int64', bytes: 8 }],
  ['<u8', { elementType: 'uint64', bytes: 8 }],
]);

/** numpy's description of an element type of onnxruntime; `undefined` when numpy has none. */
export function descriptionOf(elementType: string): string | undefined {
  return [...dtypes].find(([, dtype]) => dtype.elementType === elementType)?.[0];
}

/** That a file with input data cannot be used. */
export function dataInvalid(message: string, hint?: string, cause?: unknown): MeasureError {
  return new MeasureError('input-data-invalid', message, { hint, cause });
}

/** The text of the header, and where the elements begin. */
function headerOf(bytes: Buffer, what: string): { readonly text: string; readonly end: number } {
  const major = bytes[MAGIC.length];
  const width = major === undefined ? undefined : lengthBytes.get(major);
  if (width === undefined) throw dataInvalid(`${what} is an .npy of format ${major ?? 'none'}, which is not known`);
  const start = VERSION_END + width;
  if (bytes.length < start) throw dataInvalid(`${what} ends within the header of its .npy`);
  const length = width === 2 ? bytes.readUInt16LE(VERSION_END) : bytes.readUInt32LE(VERSION_END);
  if (length > MAX_HEADER_BYTES) throw dataInvalid(`${what} declares an .npy header of ${length} bytes`);
  const end = start + length;
  if (bytes.length < end) throw dataInvalid(`${what} ends within the header of its .npy`);
  return { text: bytes.toString('latin1', start, end), end };
}

function field(text: string, name: string, value: string, what: string): string {
  const found = new RegExp(`'${name}':\\s*${value}`).exec(text)?.[1];
  if (found === undefined) throw dataInvalid(`${what} has an .npy header without a ${name} that can be read`);
  return found;
}

function dtypeOf(text: string, what: string): Dtype {
  if (/'descr':\s*\[/.test(text)) {
    throw dataInvalid(`${what} holds records`, 'save an array of plain numbers for each input');
  }
  const description = field(text, 'descr', "'([^']{1,32})'", what);
  if (description.includes('O')) {
    throw dataInvalid(`${what} holds pickled Python objects, which are not read`, 'save it with allow_pickle=False');
  }
  const dtype = dtypes.get(description);
  if (dtype !== undefined) return dtype;
  const hint = description.startsWith('>')
    ? "big-endian: save array.astype(array.dtype.newbyteorder('<'))"
    : `inputs may hold ${[...dtypes.values()].map(({ elementType }) => elementType).join(', ')}`;
  throw dataInvalid(`${what} holds elements of ${description}, which cannot be fed`, hint);
}

function shapeOf(text: string, what: string): readonly number[] {
  const dims = field(text, 'shape', '\\(([\\d, ]*)\\)', what);
  const shape = dims.split(',').flatMap((dim) => (dim.trim() === '' ? [] : [Number(dim)]));
  if (shape.length > MAX_RANK || !shape.every((dim) => Number.isSafeInteger(dim))) {
    throw dataInvalid(`${what} declares an absurd shape (${dims.slice(0, 100)})`);
  }
  return shape;
}

/** Whether bytes begin as an .npy does. */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.equals(bytes.subarray(0, MAGIC.length));
}

/** What the header of an .npy says. */
export interface NpyHeader {
  readonly elementType: string;
  readonly elementBytes: number;
  readonly shape: readonly number[];
  /** Where the elements begin. */
  readonly end: number;
  /** What the elements take, if they are as many as the shape says. */
  readonly dataBytes: number;
}

/**
 * Reads the header of an array in numpy's own format (NEP 1): plain numbers, little-endian, in C order.
 * @param file the whole file, or its first `NPY_HEADER_BYTES`
 * @param what names the array in messages
 * @throws MeasureError `input-data-invalid`
 */
export function readNpyHeader(file: Uint8Array, what: string): NpyHeader {
  if (!isNpy(file)) throw dataInvalid(`${what} is no .npy`, 'save the inputs with numpy.savez');
  const { text, end } = headerOf(Buffer.from(file.buffer, file.byteOffset, file.byteLength), what);
  const { elementType, bytes } = dtypeOf(text, what);
  const shape = shapeOf(text, what);
  if (field(text, 'fortran_order', '(True|False)', what) === 'True' && shape.length > 1) {
    throw dataInvalid(`${what} is in Fortran order`, 'save numpy.ascontiguousarray(array)');
  }
  const dataBytes = shape.reduce((product, dim) => product * dim, bytes);
  return { elementType, elementBytes: bytes, shape, end, dataBytes };
}

/** That an .npy does not hold what its header says. */
export function sizeDiffers(
  { elementType, shape, dataBytes }: NpyHeader,
  foundBytes: number,
  what: string,
): MeasureError {
  const declared = `${shape.join('×') || 'a scalar'} of ${elementType}, that is ${dataBytes} bytes`;
  return dataInvalid(`${what} declares ${declared}, but ${foundBytes} follow`, 'the file may be truncated');
}

/**
 * Reads an array in numpy's own format, see `readNpyHeader`.
 * @throws MeasureError `input-data-invalid`
 */
export function readNpy(file: Uint8Array, what: string): InputArray {
  const header = readNpyHeader(file, what);
  const { elementType, shape, end, dataBytes } = header;
  if (dataBytes !== file.length - end) throw sizeDiffers(header, file.length - end, what);
  return { elementType, shape, data: dataOfBytes(elementType, file.subarray(end)) };
}

const ALIGNMENT = 64;

/**
 * The header of an array in numpy's own format, behind which its elements follow.
 * @throws MeasureError `input-data-invalid` for elements that numpy has no type for
 */
export function writeNpyHeader({ elementType, shape }: Pick<InputArray, 'elementType' | 'shape'>): Uint8Array {
  const description = descriptionOf(elementType);
  if (description === undefined) throw dataInvalid(`numpy has no elements of ${elementType}`);
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${description}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const start = VERSION_END + 2;
  const padded = Math.ceil((start + text.length + 1) / ALIGNMENT) * ALIGNMENT - start;
  const header = Buffer.alloc(start);
  MAGIC.copy(header);
  header.writeUInt8(1, MAGIC.length);
  header.writeUInt16LE(padded, VERSION_END);
  return Buffer.concat([header, Buffer.from(`${text.padEnd(padded - 1)}\n`, 'latin1')]);
}

/** Writes an array in numpy's own format; what `readNpy` reads. */
export function writeNpy({ data, ...info }: InputArray): Uint8Array {
  return Buffer.concat([writeNpyHeader(info), new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
}
