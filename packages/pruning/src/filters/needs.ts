import { PruningError } from '../errors.js';
import { FIXED } from './channels.js';
import type { FilterGroup } from './group.js';
import type { FormedGroup } from './grouping.js';
import type { Aftermath } from './survivors.js';
import { quoted, type Trace } from './trace.js';

/**
 * For each group, sets of filters of which at least one has to stay: those of each layer or part that has only some of
 * the group's filters. A set that contains another one says nothing more and is left out.
 */
export function needsOf(trace: Trace, groups: readonly FormedGroup[]): number[][][] {
  const filterOf = new Map<number, { group: number; filter: number }>();
  for (const [group, { channels, reason }] of groups.entries()) {
    if (reason !== undefined) continue;
    for (const [filter, channel] of channels.entries()) filterOf.set(channel, { group, filter });
  }
  const found = groups.map(() => new Map<string, number[]>());
  const seen = new Set<Int32Array>();
  for (const [, axes] of trace.tensors()) {
    for (const axis of axes) {
      if (!axis || seen.has(axis)) continue;
      seen.add(axis);
      const places = [...axis].map((channel) =>
        channel === FIXED ? undefined : filterOf.get(trace.channels.rootOf(channel)),
      );
      const group = places[0]?.group;
      if (group === undefined || places.some((place) => place?.group !== group)) continue;
      const filters = [...new Set(places.flatMap((place) => place?.filter ?? []))].sort((a, b) => a - b);
      if (filters.length < (groups[group]?.channels.length ?? 0)) found[group]?.set(filters.join(), filters);
    }
  }
  return found.map((sets) => smallestSets([...sets.values()]));
}

function smallestSets(sets: readonly number[][]): number[][] {
  const kept: { filters: number[]; has: ReadonlySet<number> }[] = [];
  for (const filters of sets.toSorted((a, b) => a.length - b.length)) {
    const has = new Set(filters);
    if (!kept.some((smaller) => smaller.filters.every((filter) => has.has(filter)))) kept.push({ filters, has });
  }
  return kept.map(({ filters }) => filters);
}

/**
 * The filters to keep, as ascending indices, with every layer of the group left something: where nothing of a layer would
 * stay, its best filter takes the place of the worst one that can be done without.
 * @param scores one per filter, higher is more important; without any, the first filters are the best
 */
export function withNeeds(
  { filters, needsOneOf = [] }: Pick<FilterGroup, 'filters' | 'needsOneOf'>,
  keep: readonly number[],
  scores?: ArrayLike<number>,
): number[] {
  const scoreOf = (filter: number): number => scores?.[filter] ?? filters - filter;
  const fromBest = (list: readonly number[]): number[] => list.toSorted((a, b) => scoreOf(b) - scoreOf(a));
  const kept = new Set(keep);
  const isMet = (need: readonly number[]): boolean => need.some((filter) => kept.has(filter));
  for (const need of needsOneOf) if (!isMet(need)) for (const best of fromBest(need).slice(0, 1)) kept.add(best);
  for (const worst of fromBest([...kept]).toReversed()) {
    if (kept.size <= keep.length) break;
    kept.delete(worst);
    if (!needsOneOf.every(isMet)) kept.add(worst);
  }
  return [...kept].sort((a, b) => a - b);
}

/** @throws PruningError `filters-none-left` when a tensor would keep no channel at all */
export function assertNothingEmpty(trace: Trace, after: Aftermath): void {
  for (const [tensor, axes] of trace.tensors()) {
    if (!axes.some((axis) => axis !== undefined && axis.length > 0 && after.count(axis) === 0)) continue;
    const node = trace.graph.producerOf(tensor) ?? trace.graph.consumersOf(tensor)[0];
    throw new PruningError('filters-none-left', `node ${quoted(node?.name ?? tensor)} would keep no channel at all`, {
      hint: 'keep at least one filter of every layer in a group',
    });
  }
}
