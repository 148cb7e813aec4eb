/** Wire types of the fields of ModelProto that a file may hold (protobuf.dev, "Encoding"): 0 = varint, 2 = length and bytes. */
const MODEL_FIELDS = new Map([
  [1, 0],
  [2, 2],
  [3, 2],
  [4, 2],
  [5, 0],
  [6, 2],
  [7, 2],
  [8, 2],
  [14, 2],
  [20, 2],
  [25, 2],
  [26, 2],
]);

/**
 * Looks at the outermost fields of a file only, to tell three things apart for the person who sent it: `whole` (may be
 * an ONNX model), `cut` (an ONNX model that ends too early) and `foreign` (something else). Reads a few bytes a field.
 */
export function topLevelShape(bytes: Uint8Array): 'whole' | 'cut' | 'foreign' {
  let position = 0;
  let known = 0;
  while (position < bytes.length) {
    const tag = varint(bytes, position);
    const field = tag && Math.floor(tag.value / 8);
    if (!tag || field === undefined) return known > 0 ? 'cut' : 'foreign';
    const wireType = tag.value % 8;
    const expected = MODEL_FIELDS.get(field);
    if (field === 0 || (expected !== undefined && expected !== wireType)) return 'foreign';
    if (expected === undefined && known === 0) return 'foreign'; // every exporter begins with a field of ModelProto
    const end = endOfField(bytes, tag.end, wireType);
    if (end === 'foreign') return 'foreign';
    if (end > bytes.length) return known > 0 || field === 7 ? 'cut' : 'foreign';
    if (expected !== undefined) known++;
    position = end;
  }
  return known > 0 ? 'whole' : 'foreign';
}

function endOfField(bytes: Uint8Array, start: number, wireType: number): number | 'foreign' {
  if (wireType === 1) return start + 8;
  if (wireType === 5) return start + 4;
  if (wireType !== 0 && wireType !== 2) return 'foreign'; // groups: no version of ONNX has any
  const number = varint(bytes, start);
  if (!number) return bytes.length + 1;
  return wireType === 0 ? number.end : number.end + number.value;
}

/** A base-128 number of at most ten bytes; `undefined` when the bytes end before it does. */
function varint(bytes: Uint8Array, start: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let index = 0; index < 10; index++) {
    const byte = bytes[start + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: start + index + 1 };
  }
  return undefined;
}
