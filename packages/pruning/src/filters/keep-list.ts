import { PruningError } from '../errors.js';
import type { TracedGroup } from './analysis.js';
import { quoted } from './trace.js';

const HINT = '`espalier inspect --filters` lists the groups and how many filters each has';

/**
 * The channels that go when only the filters in `keep` stay of the groups that it names.
 * @throws PruningError `group-unknown`, `group-not-prunable`, `filter-unknown`, `filters-none-left`
 */
export function removedChannels(
  groups: readonly TracedGroup[],
  keep: ReadonlyMap<string, readonly number[]>,
): Set<number> {
  const byName = new Map(groups.map((group) => [group.name, group]));
  const removed = new Set<number>();
  for (const [name, kept] of keep) {
    const group = byName.get(name);
    if (!group) {
      throw new PruningError('group-unknown', `the model has no filter group ${quoted(name)}`, { hint: HINT });
    }
    assertKeepList(group, kept);
    const staying = new Set(kept);
    for (const [filter, channel] of group.channels.entries()) if (!staying.has(filter)) removed.add(channel);
  }
  return removed;
}

function assertKeepList({ name, filters, prunable, reason }: TracedGroup, kept: readonly number[]): void {
  const unknown = kept.find((filter) => !Number.isInteger(filter) || filter < 0 || filter >= filters);
  if (unknown !== undefined) {
    throw new PruningError(
      'filter-unknown',
      `group ${quoted(name)} has no filter ${unknown}: it has filters 0 to ${filters - 1}`,
      { hint: HINT },
    );
  }
  if (kept.length === 0) {
    throw new PruningError('filters-none-left', `group ${quoted(name)} would keep no filter at all`, {
      hint: 'keep at least one filter of every group, or remove the block around it',
    });
  }
  if (!prunable && new Set(kept).size < filters) {
    throw new PruningError('group-not-prunable', `group ${quoted(name)} cannot be pruned: ${reason}`, {
      hint: HINT,
    });
  }
}
