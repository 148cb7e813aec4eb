/** Side of the maps that are convolved, and of the same maps with a border of zeros. */
export const MAP = 7;
const PADDED = MAP + 2;
export const PLACES = MAP * MAP;
const PADDED_PLACES = PADDED * PADDED;
const TAPS = 9;

/** Looked up once: in the realm of a test, a global is found slowly. */
const { floor } = Math;

/** Maps with a border of zeros, as the convolutions here read them. */
export function withBorder(maps: Float32Array, channels: number): Float32Array {
  const padded = new Float32Array(channels * PADDED_PLACES);
  for (let row = 0; row < channels * MAP; row++) {
    const [channel, y] = [floor(row / MAP), row % MAP];
    padded.set(maps.subarray(row * MAP, (row + 1) * MAP), channel * PADDED_PLACES + (y + 1) * PADDED + 1);
  }
  return padded;
}

/** Places of a 3 × 3 window relative to its first. */
const OFFSETS = Array.from({ length: TAPS }, (_, tap) => floor(tap / 3) * PADDED + (tap % 3));

/** A 3 × 3 convolution of padded maps, with bias: weights [out, in, 9]. */
export function convolve(padded: Float32Array, weights: Float32Array, bias: Float32Array): Float32Array {
  const [outs, ins] = [bias.length, padded.length / PADDED_PLACES];
  const result = new Float32Array(outs * PLACES);
  for (let out = 0; out < outs; out++) {
    const target = out * PLACES;
    result.fill(bias[out] ?? 0, target, target + PLACES);
    for (let tap = 0; tap < ins * TAPS; tap++) {
      const weight = weights[out * ins * TAPS + tap] ?? 0;
      const from = floor(tap / TAPS) * PADDED_PLACES + (OFFSETS[tap % TAPS] ?? 0);
      for (let y = 0; y < MAP; y++) {
        const [a, b] = [target + y * MAP, from + y * PADDED];
        for (let x = 0; x < MAP; x++) result[a + x] = (result[a + x] ?? 0) + weight * (padded[b + x] ?? 0);
      }
    }
  }
  return result;
}

/** Gradients of a convolution's weights and bias, added to what is there, and of its maps (without their border). */
export function convolveBack(
  padded: Float32Array,
  weights: Float32Array,
  slope: Float32Array,
  { weights: weightSlopes, bias: biasSlopes }: { weights: Float32Array; bias: Float32Array },
): Float32Array {
  const [outs, ins] = [biasSlopes.length, padded.length / PADDED_PLACES];
  const paddedSlopes = new Float32Array(padded.length);
  for (let out = 0; out < outs; out++) {
    const source = out * PLACES;
    let biasSlope = 0;
    for (let place = source; place < source + PLACES; place++) biasSlope += slope[place] ?? 0;
    biasSlopes[out] = (biasSlopes[out] ?? 0) + biasSlope;
    for (let tap = 0; tap < ins * TAPS; tap++) {
      const index = out * ins * TAPS + tap;
      const weight = weights[index] ?? 0;
      const from = floor(tap / TAPS) * PADDED_PLACES + (OFFSETS[tap % TAPS] ?? 0);
      let sum = 0;
      for (let y = 0; y < MAP; y++) {
        const [a, b] = [source + y * MAP, from + y * PADDED];
        for (let x = 0; x < MAP; x++) {
          const each = slope[a + x] ?? 0;
          sum += each * (padded[b + x] ?? 0);
          paddedSlopes[b + x] = (paddedSlopes[b + x] ?? 0) + weight * each;
        }
      }
      weightSlopes[index] = (weightSlopes[index] ?? 0) + sum;
    }
  }
  const slopes = new Float32Array(ins * PLACES);
  for (let row = 0; row < ins * MAP; row++) {
    const start = floor(row / MAP) * PADDED_PLACES + ((row % MAP) + 1) * PADDED + 1;
    slopes.set(paddedSlopes.subarray(start, start + MAP), row * MAP);
  }
  return slopes;
}
