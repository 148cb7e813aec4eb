/** How many filters a group may keep. */
export interface KeepRule {
  /** Keep counts are a multiple of this; 1 allows any. */
  readonly multipleOf: number;
  /** What a group keeps at least, all of its filters where it has fewer. */
  readonly minFilters: number;
}

/** Filters that stay when a share of them goes, to the nearest whole number; a half stays. */
export function keptAt(rate: number, filters: number): number {
  return Math.round(filters - rate * filters);
}

/**
 * The allowed keep count nearest to the wanted one, the larger of two that are as near: a multiple that is not below the
 * floor. A group from which nothing is to go stays whole, and so does one that no multiple fits. Never 0, and never
 * smaller for a larger wish.
 */
export function allowedKeep(wanted: number, filters: number, { multipleOf, minFilters }: KeepRule): number {
  if (wanted >= filters) return filters;
  const lowest = Math.ceil(Math.max(minFilters, 1) / multipleOf) * multipleOf;
  const highest = Math.floor(filters / multipleOf) * multipleOf;
  if (lowest > highest) return filters;
  return Math.min(highest, Math.max(lowest, Math.round(wanted / multipleOf) * multipleOf));
}

/** The `count` highest scores, as ascending positions; of equal scores the first stay. */
export function bestFilters(scores: ArrayLike<number>, count: number): number[] {
  const positions = Array.from({ length: scores.length }, (_, position) => position);
  positions.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  return positions.slice(0, count).sort((a, b) => a - b);
}
