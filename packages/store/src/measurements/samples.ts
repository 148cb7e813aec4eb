const FLOAT64_BYTES = 8;

/** Numbers as Postgres keeps them: float64, little-endian; every bit is kept. */
export function packNumbers(numbers: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(numbers.length * FLOAT64_BYTES);
  const view = new DataView(bytes.buffer);
  numbers.forEach((number, at) => view.setFloat64(at * FLOAT64_BYTES, number, true));
  return bytes;
}

/** The numbers of {@link packNumbers}; none where nothing is kept. */
export function unpackNumbers(bytes: Uint8Array | null | undefined): number[] {
  if (bytes === null || bytes === undefined) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / FLOAT64_BYTES }, (_, at) => view.getFloat64(at * FLOAT64_BYTES, true));
}
