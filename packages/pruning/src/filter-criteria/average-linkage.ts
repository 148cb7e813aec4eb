import type { PairTable } from './pairwise.js';

/** Two clusters that become one, each named by one of its members. */
export interface Merge {
  readonly a: number;
  readonly b: number;
  /** Mean distance between their members. */
  readonly height: number;
}

/**
 * Agglomerative clustering by average linkage, with the nearest-neighbour chain (Murtagh 1983), which takes a time that
 * grows with the square of the number of things. Merges come in an order in which parts come before wholes, but not by
 * height; the name of a merged cluster is `a`. The table of distances is used up.
 */
export function averageLinkage(distances: PairTable): readonly Merge[] {
  const { count } = distances;
  const alive = Array.from({ length: count }, (_, index) => index);
  const sizes = new Float64Array(count).fill(1);
  const merges: Merge[] = [];
  const chain: number[] = [];
  while (alive.length > 1) {
    const top = chain.at(-1) ?? alive[0] ?? 0;
    if (chain.length === 0) chain.push(top);
    const before = chain.at(-2);
    const { nearest, distance } = nearestTo(top, alive, distances, before);
    if (nearest !== before) {
      chain.push(nearest);
      continue;
    }
    chain.length -= 2;
    const [a, b] = [Math.min(top, nearest), Math.max(top, nearest)];
    merges.push({ a, b, height: distance });
    alive.splice(alive.indexOf(b), 1);
    const [sizeA, sizeB] = [sizes[a] ?? 1, sizes[b] ?? 1];
    for (const other of alive) {
      if (other === a) continue;
      const mean = (sizeA * distances.at(a, other) + sizeB * distances.at(b, other)) / (sizeA + sizeB);
      distances.set(a, other, mean);
    }
    sizes[a] = sizeA + sizeB;
  }
  return merges;
}

/** The nearest cluster, that of the lowest name where several are; the one before in the chain wins over all as near. */
function nearestTo(
  cluster: number,
  alive: readonly number[],
  distances: PairTable,
  before: number | undefined,
): { nearest: number; distance: number } {
  let nearest = before ?? -1;
  let distance = before === undefined ? Number.POSITIVE_INFINITY : distances.at(cluster, before);
  for (const other of alive) {
    if (other === cluster) continue;
    const candidate = distances.at(cluster, other);
    if (candidate < distance) {
      nearest = other;
      distance = candidate;
    }
  }
  return { nearest, distance };
}
