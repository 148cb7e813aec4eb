import { MeasureError } from '../measure-error.js';
import { type Random, randomBelow } from '../statistics/random.js';
import type { TensorData } from '../tensor-data.js';

const FLOAT32_EXPONENT_BIAS = 127;
const FLOAT16_EXPONENT_BIAS = 15;

/** The bits of the float16 nearest below a value in magnitude; what is too small for a normal float16 becomes 0. */
function float16Bits(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - FLOAT32_EXPONENT_BIAS + FLOAT16_EXPONENT_BIAS;
  return exponent <= 0 ? sign : sign | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}

type Fill = (count: number, random: Random, scalar: boolean) => TensorData;

/** Uniform in [-1, 1): away from denormal numbers, which some CPUs compute far more slowly. */
const signed = (random: Random): number => 2 * random() - 1;

/** 0 or 1: valid as a token, a mask, a class and an index of anything; 1 for a scalar, so that a loop count means a turn. */
const small = (random: Random, scalar: boolean): number => (scalar ? 1 : randomBelow(random, 2));

const fills: ReadonlyMap<string, Fill> = new Map<string, Fill>([
  ['float32', (count, random) => Float32Array.from({ length: count }, () => signed(random))],
  ['float64', (count, random) => Float64Array.from({ length: count }, () => signed(random))],
  ['float16', (count, random) => Uint16Array.from({ length: count }, () => float16Bits(signed(random)))],
  ['int8', (count, random, scalar) => Int8Array.from({ length: count }, () => small(random, scalar))],
  ['uint8', (count, random, scalar) => Uint8Array.from({ length: count }, () => small(random, scalar))],
  ['bool', (count, random, scalar) => Uint8Array.from({ length: count }, () => small(random, scalar))],
  ['int16', (count, random, scalar) => Int16Array.from({ length: count }, () => small(random, scalar))],
  ['uint16', (count, random, scalar) => Uint16Array.from({ length: count }, () => small(random, scalar))],
  ['int32', (count, random, scalar) => Int32Array.from({ length: count }, () => small(random, scalar))],
  ['uint32', (count, random, scalar) => Uint32Array.from({ length: count }, () => small(random, scalar))],
  ['int64', (count, random, scalar) => BigInt64Array.from({ length: count }, () => BigInt(small(random, scalar)))],
  ['uint64', (count, random, scalar) => BigUint64Array.from({ length: count }, () => BigInt(small(random, scalar)))],
]);

/** Which input to fill, and with what. */
export interface InputToFill {
  readonly name: string;
  readonly elementType: string;
  readonly shape: readonly number[];
}

/**
 * Random data for an input: floats uniform in [-1, 1), integers and booleans 0 or 1.
 * @throws MeasureError `input-unresolved` for an element type that cannot be fed
 */
export function randomData({ name, elementType, shape }: InputToFill, random: Random): TensorData {
  const fill = fills.get(elementType);
  if (fill === undefined) {
    throw new MeasureError('input-unresolved', `input ${name} holds ${elementType}, for which no data can be made`, {
      hint: `inputs may hold ${[...fills.keys()].join(', ')}`,
    });
  }
  const count = shape.reduce((product, dim) => product * dim, 1);
  return fill(count, random, shape.length === 0);
}
