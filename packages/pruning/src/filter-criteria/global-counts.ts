import type { FilterGroup } from '../filters/group.js';

interface GlobalChoice {
  /** Share of the filters of all given groups that goes. */
  readonly rate: number;
  readonly minFilters: number;
  /** Divide the scores of each group by their mean, so that groups of unlike scale compare. */
  readonly isRelative: boolean;
}

/**
 * How many filters each group keeps when the least important of all groups go, as many as the rate says to the nearest
 * whole number, and no group goes below its floor. Fewer go only where the floors leave no more. Of filters of equal
 * importance those of the first group go first.
 */
export function globalCounts(
  groups: readonly Pick<FilterGroup, 'name' | 'filters'>[],
  scores: ReadonlyMap<string, Float64Array>,
  { rate, minFilters, isRelative }: GlobalChoice,
): ReadonlyMap<string, number> {
  const kept = new Map(groups.map(({ name, filters }) => [name, filters]));
  const candidates = groups.flatMap(({ name }, order) => {
    const values = [...(scores.get(name) ?? [])];
    const scale = isRelative ? meanOf(values) || 1 : 1;
    return values.map((value) => ({ name, order, score: value / scale }));
  });
  candidates.sort((a, b) => a.score - b.score || a.order - b.order);
  let going = Math.round(rate * candidates.length);
  for (const { name } of candidates) {
    if (going === 0) break;
    const count = kept.get(name) ?? 0;
    if (count <= minFilters) continue;
    kept.set(name, count - 1);
    going--;
  }
  return kept;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
