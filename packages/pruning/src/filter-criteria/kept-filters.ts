import type { FilterGroup } from '../filters/group.js';
import { withNeeds } from '../filters/needs.js';
import { bestFilters } from './keep-count.js';

/**
 * The `count` most important filters of a group, as ascending indices, with something left of each of its layers: where the
 * best alone would leave a layer empty, its best filter takes the place of the worst of them. If that takes more filters than
 * `count`, as many stay as the next multiple has room for.
 */
export function keptFilters(
  group: Pick<FilterGroup, 'filters' | 'needsOneOf'>,
  scores: ArrayLike<number>,
  count: number,
  multipleOf: number,
): readonly number[] {
  const kept = withNeeds(group, bestFilters(scores, count), scores);
  if (kept.length <= count) return kept;
  const larger = Math.min(group.filters, Math.ceil(kept.length / multipleOf) * multipleOf);
  return withNeeds(group, bestFilters(scores, larger), scores);
}
