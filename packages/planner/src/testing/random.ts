/** Deterministic numbers in [0, 1) (mulberry32); tests name the seed that failed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Standard normal numbers (Box & Muller) from uniform ones. */
export function normalFrom(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** `count` different integers of [0, size), ascending. */
export function randomSubset(random: () => number, size: number, count: number): readonly number[] {
  return [...Array(size).keys()]
    .map((index) => ({ index, key: random() }))
    .sort((a, b) => a.key - b.key)
    .slice(0, count)
    .map(({ index }) => index)
    .sort((a, b) => a - b);
}
