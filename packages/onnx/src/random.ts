/** FNV-1a over UTF-16 units, finished by murmur3's mixing, so that seeds which differ in one letter give unlike streams. */
function hash32(text: string, start: number): number {
  let hash = start;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** Rounds that sfc32 needs before the words of its state depend on every bit of the seed. */
const WARM_UP_ROUNDS = 15;

/** A generator of 32-bit words that depends on nothing but its seed (sfc32, Chris Doty-Humphrey's PractRand). */
function words(seed: string | number): () => number {
  const text = String(seed);
  // Three start values make three words of one seed: the digits of pi, behind which no choice of ours can hide.
  let a = hash32(text, 0x243f6a88);
  let b = hash32(text, 0x85a308d3);
  let c = hash32(text, 0x13198a2e);
  let counter = 1;
  const next = (): number => {
    const word = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + word) | 0;
    return word;
  };
  for (let round = 0; round < WARM_UP_ROUNDS; round++) next();
  return next;
}

/** A deterministic stream of numbers in [0, 1): the same seed gives the same stream on every machine. */
export function seededRandom(seed: string | number): () => number {
  const next = words(seed);
  return () => (next() >>> 0) / 2 ** 32;
}

/** `length` float32 values, uniform in [low, high), from a seed. */
export function seededValues(seed: string | number, length: number, low: number, high: number): Float32Array {
  const next = words(seed);
  const values = new Float32Array(length);
  const scale = (high - low) / 2 ** 32;
  for (let index = 0; index < length; index++) values[index] = low + (next() >>> 0) * scale;
  return values;
}

/**
 * Values as He et al. initialise a layer before a Relu: uniform, variance 2 / fan-in (arXiv 1502.01852). They follow from
 * the seed, the tensor's name and the sizes alone.
 */
export function heValues(
  seed: string | number,
  tensor: string,
  { length, fanIn }: { length: number; fanIn: number },
): Float32Array {
  const bound = Math.sqrt(6 / fanIn);
  return seededValues(`${seed}/${tensor}`, length, -bound, bound);
}
