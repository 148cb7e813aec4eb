const bits32 = new Uint32Array(1);
const float32 = new Float32Array(bits32.buffer);

function float32FromBits(bits: number): number {
  bits32[0] = bits;
  return float32[0] ?? 0;
}

/** Exponent bias of binary32 less that of binary16: read as one another, values differ by this power of two. */
const BIAS_GAP = 2 ** (127 - 15);

/** Value of an IEEE 754 binary16 number (1 sign, 5 exponent, 10 fraction bits) given as its 16 bits. */
export function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  if ((bits & 0x7c00) === 0x7c00) return bits & 0x3ff ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  // With its fields moved to their places in a binary32, the multiplication is exact, for subnormals too.
  return sign * float32FromBits((bits & 0x7fff) << 13) * BIAS_GAP;
}

/** The 16 bits of the IEEE 754 binary16 number nearest to `value`, ties to even. */
export function numberToFloat16(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (Number.isNaN(magnitude)) return 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00; // 65520 is half way between the largest binary16 and the next step
  const exponent = Math.max(Math.floor(Math.log2(magnitude || Number.MIN_VALUE)), -14);
  const scaled = magnitude / 2 ** (exponent - 10);
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  // A subnormal has no hidden bit; rounding up to the next power of two carries into the exponent by itself.
  return sign | (rounded < 1024 ? rounded : ((exponent + 14) << 10) + rounded);
}

/** Value of a bfloat16 number: the upper half of a float32. */
export function bfloat16ToNumber(bits: number): number {
  return float32FromBits(bits << 16);
}

/** Layout of an 8-bit float: exponent and fraction width, exponent bias, and which patterns are not finite. */
interface Float8Format {
  readonly exponentBits: number;
  readonly fractionBits: number;
  readonly bias: number;
  /** `ieee`: infinities and NaN as in IEEE 754; `fn`: all ones is NaN, no infinity; `fnuz`: 0x80 is the only NaN. */
  readonly special: 'ieee' | 'fn' | 'fnuz';
}

/** The 8-bit float formats of ONNX ("Float stored in 8 bits", onnx.ai technical notes). */
export const FLOAT8_FORMATS = {
  float8e4m3fn: { exponentBits: 4, fractionBits: 3, bias: 7, special: 'fn' },
  float8e4m3fnuz: { exponentBits: 4, fractionBits: 3, bias: 8, special: 'fnuz' },
  float8e5m2: { exponentBits: 5, fractionBits: 2, bias: 15, special: 'ieee' },
  float8e5m2fnuz: { exponentBits: 5, fractionBits: 2, bias: 16, special: 'fnuz' },
} as const satisfies Record<string, Float8Format>;

/** Value of an 8-bit float given as its byte. */
export function float8ToNumber(byte: number, format: Float8Format): number {
  if (format.special === 'fnuz' && byte === 0x80) return Number.NaN;
  const sign = byte & 0x80 ? -1 : 1;
  const fractionScale = 2 ** format.fractionBits;
  const exponent = (byte & 0x7f) >> format.fractionBits;
  const fraction = byte & (fractionScale - 1);
  const highest = 2 ** format.exponentBits - 1;
  if (format.special === 'fn' && exponent === highest && fraction === fractionScale - 1) return Number.NaN;
  if (format.special === 'ieee' && exponent === highest) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * (fraction / fractionScale) * 2 ** (1 - format.bias);
  return sign * (1 + fraction / fractionScale) * 2 ** (exponent - format.bias);
}
