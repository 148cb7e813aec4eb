import type { FilterGroup } from '../filters/group.js';
import { withNeeds } from '../filters/needs.js';

/** Filters to keep of some of the groups that can be pruned, drawn at random; about `share` of them stay. */
export function randomKeep(
  groups: readonly FilterGroup[],
  random: () => number,
  share: number,
): Map<string, readonly number[]> {
  const keep = new Map<string, readonly number[]>();
  for (const group of groups) {
    if (!group.prunable || random() < 0.2) continue;
    const drawn = Array.from({ length: group.filters }, (_, filter) => filter).filter(() => random() < share);
    const some = drawn.length > 0 ? drawn : [Math.floor(random() * group.filters)];
    keep.set(group.name, withNeeds(group, some));
  }
  return keep;
}
