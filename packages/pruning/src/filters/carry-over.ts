import type { Analysis, TracedGroup } from './analysis.js';
import { FIXED } from './channels.js';
import type { Made } from './trace.js';

/** A recipe for the filters of the whole model. */
export interface BaseRemoval {
  readonly base: Analysis;
  /** Groups that the recipe names. */
  readonly named: ReadonlySet<string>;
  /** Channels of the whole model that go. */
  readonly gone: ReadonlySet<number>;
}

/**
 * The channels to remove from a model that lost blocks, by a recipe that was written for the whole one. A layer is known
 * by the tensor that it makes; where a group has several layers, the first one of which the recipe speaks decides.
 */
export function carriedOver({ base, named, gone }: BaseRemoval, left: Analysis): Set<number> {
  const layers = new Map<string, Made>();
  for (const group of base.groups) {
    if (named.has(group.name)) for (const layer of group.makers) layers.set(keyOf(layer), layer);
  }
  const removed = new Set<number>();
  for (const group of left.groups) {
    if (!group.prunable) continue;
    for (const channel of removedOf(group, { layers, base, gone, left })) removed.add(channel);
  }
  return removed;
}

function removedOf(
  group: TracedGroup,
  {
    layers,
    base,
    gone,
    left,
  }: { layers: ReadonlyMap<string, Made>; base: Analysis; gone: ReadonlySet<number>; left: Analysis },
): number[] {
  const goes = new Map<number, boolean>();
  for (const layer of group.makers) {
    const before = layers.get(keyOf(layer));
    if (!before || before.channels.length !== layer.channels.length) continue;
    for (const [entry, channel] of layer.channels.entries()) {
      if (channel === FIXED) continue;
      const root = left.trace.channels.rootOf(channel);
      const old = before.channels[entry] ?? FIXED;
      if (!goes.has(root)) goes.set(root, old !== FIXED && gone.has(base.trace.channels.rootOf(old)));
    }
  }
  return group.channels.filter((channel) => goes.get(channel) === true);
}

function keyOf({ node }: Made): string {
  return node.outputs[0] ?? '';
}
