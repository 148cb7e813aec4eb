import { Tensor } from 'onnxruntime-node';

/** Reads a little-endian, row-major .npy file of float32, float16 or int64 (numpy.lib.format, version 1) as a tensor. */
export function npyTensor(file: Buffer): Tensor {
  const headerBytes = file.readUInt16LE(8);
  const header = file.toString('latin1', 10, 10 + headerBytes);
  const type = /'descr': '<(\w\d)'/.exec(header)?.[1];
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '';
  const dims = shape
    .split(',')
    .filter((text) => text.trim() !== '')
    .map(Number);
  const data = new Uint8Array(file.subarray(10 + headerBytes)).buffer;
  if (type === 'f4') return new Tensor('float32', new Float32Array(data), dims);
  if (type === 'i8') return new Tensor('int64', new BigInt64Array(data), dims);
  if (type === 'f2') return new Tensor('float16', new Uint16Array(data), dims);
  throw new Error(`unexpected .npy header: ${header}`);
}
