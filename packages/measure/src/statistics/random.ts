/** Uniform numbers in [0, 1). */
export type Random = () => number;

/** Rounds that mix a small seed into all of the state before the first number is given out. */
const MIXING_ROUNDS = 16;

/**
 * A deterministic generator of uniform numbers in [0, 1) with 32 random bits each: sfc32 of Chris Doty-Humphrey's
 * PractRand (public domain), period at least 2³² and about 2¹²⁷ on average.
 */
export function seededRandom(seed: number): Random {
  let a = 0x9e3779b9;
  let b = seed | 0;
  let c = Math.floor(seed / 2 ** 32) | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < MIXING_ROUNDS; round++) next();
  return next;
}

/** A uniform integer in [0, `below`). */
export function randomBelow(random: Random, below: number): number {
  return Math.floor(random() * below);
}

/** The items in random order, by sorting on random keys; the given array stays as it is. */
export function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const keyed = items.map((item) => ({ item, key: random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
