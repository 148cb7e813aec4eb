/** Magic, version 1.0 and the length of the header, which ends where a multiple of 64 does. */
const PREAMBLE_BYTES = 10;
const ALIGNMENT = 64;

/** A .npy file of float32 zeros. */
export function npyOfZeros(shape: readonly number[]): Uint8Array {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const headerBytes = Math.ceil((PREAMBLE_BYTES + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT - PREAMBLE_BYTES;
  const preamble = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, headerBytes % 256, headerBytes >> 8);
  const header = `${dictionary.padEnd(headerBytes - 1)}\n`;
  const elements = shape.reduce((product, dim) => product * dim, 1);
  return Buffer.concat([preamble, Buffer.from(header, 'latin1'), new Uint8Array(4 * elements)]);
}
