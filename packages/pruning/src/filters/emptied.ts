import { PruningError } from '../errors.js';
import type { FilterGroup } from './group.js';
import type { Aftermath } from './survivors.js';
import { quoted, type Trace } from './trace.js';

/** @throws PruningError `filters-none-left` when a tensor would keep no channel at all */
export function assertNothingEmpty(trace: Trace, after: Aftermath): void {
  for (const [tensor, axes] of trace.tensors()) {
    if (!axes.some((axis) => axis !== undefined && axis.length > 0 && after.count(axis) === 0)) continue;
    const node = trace.graph.producerOf(tensor) ?? trace.graph.consumersOf(tensor)[0];
    throw new PruningError('filters-none-left', `node ${quoted(node?.name ?? tensor)} would keep no channel at all`, {
      hint: 'keep at least one filter of every layer of a group: `slices` says which filters a layer has',
    });
  }
}

/** Names of the layers of a group that would keep none of their filters, if only those in `keep` stayed. */
export function layersLeftEmpty(group: FilterGroup, keep: readonly number[]): string[] {
  const makers = group.slices.filter(({ role }) => role === 'makes');
  const emptied = makers.filter(({ indicesOf }) => !keep.some((filter) => indicesOf(filter).length > 0));
  return [...new Set(emptied.map(({ node }) => node))];
}
