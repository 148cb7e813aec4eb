import type { GraphNode } from '@espalier/onnx';
import type { FormedGroup } from './grouping.js';
import { FIXED } from './channels.js';
import type { WeightSlice } from './group.js';
import type { Trace, WeightUse } from './trace.js';

/** A slice, and whether what goes with it was trained. */
export interface TracedSlice extends WeightSlice {
  readonly isTrained: boolean;
}

/** A stored constant and one of its axes. */
interface StoredAxis {
  readonly tensor: string;
  readonly axis: number;
}

/** The slices of every group, in the order of the groups; within one, in the order in which nodes use the weights. */
export function slicesOf(trace: Trace, groups: readonly FormedGroup[]): TracedSlice[][] {
  const filterOf = new Map<number, { group: number; filter: number }>();
  for (const [group, { channels }] of groups.entries()) {
    for (const [filter, channel] of channels.entries()) filterOf.set(channel, { group, filter });
  }
  const result: TracedSlice[][] = groups.map(() => []);
  const entries = new EntryLists(trace, filterOf);
  const seen = new Set<string>();
  for (const use of trace.uses) {
    for (const stored of storedAxesBehind(trace, use)) {
      const key = JSON.stringify([stored.tensor, stored.axis, use.role, use.node.name]);
      if (seen.has(key)) continue;
      seen.add(key);
      for (const [group, lists] of entries.of(stored)) {
        const { role, node, isTrained } = use;
        const indicesOf = (filter: number): readonly number[] => lists.get(filter) ?? [];
        result[group]?.push({ ...stored, role, node: node.name, isTrained, indicesOf });
      }
    }
  }
  return result;
}

/** Entries along an axis of a stored constant, by group and filter; worked out once for each axis. */
class EntryLists {
  readonly #trace: Trace;
  readonly #filterOf: ReadonlyMap<number, { group: number; filter: number }>;
  readonly #known = new Map<string, Map<number, Map<number, number[]>>>();

  constructor(trace: Trace, filterOf: ReadonlyMap<number, { group: number; filter: number }>) {
    this.#trace = trace;
    this.#filterOf = filterOf;
  }

  of({ tensor, axis }: StoredAxis): ReadonlyMap<number, ReadonlyMap<number, readonly number[]>> {
    const key = JSON.stringify([tensor, axis]);
    const known = this.#known.get(key);
    if (known) return known;
    const groups = new Map<number, Map<number, number[]>>();
    for (const [entry, channel] of (this.#trace.axisOf(tensor, axis) ?? []).entries()) {
      const place = channel === FIXED ? undefined : this.#filterOf.get(this.#trace.channels.rootOf(channel));
      if (!place) continue;
      const lists = groups.get(place.group) ?? new Map<number, number[]>();
      groups.set(place.group, lists);
      const list = lists.get(place.filter);
      if (list) list.push(entry);
      else lists.set(place.filter, [entry]);
    }
    this.#known.set(key, groups);
    return groups;
  }
}

/** The axes of stored constants that an axis of an operand comes from, whatever computes the operand. */
function storedAxesBehind(trace: Trace, { tensor, axis }: WeightUse): StoredAxis[] {
  if (trace.constants.has(tensor)) return [{ tensor, axis }];
  const wanted = rootsOf(trace, tensor, axis);
  if (wanted.size === 0) return [];
  const found: StoredAxis[] = [];
  const seen = new Set<string>();
  const open = [tensor];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === '' || seen.has(name)) continue;
    seen.add(name);
    if (trace.constants.has(name)) {
      for (const index of trace.axesOf(name).keys()) {
        const roots = rootsOf(trace, name, index);
        if ([...roots].some((root) => wanted.has(root))) found.push({ tensor: name, axis: index });
      }
    } else open.push(...dataOf(trace.graph.producerOf(name)));
  }
  return found;
}

/** What a node computes its result from: scales of a quantisation have uses of their own. */
function dataOf(node: GraphNode | undefined): readonly string[] {
  const inputs = node?.inputs ?? [];
  return node?.opType === 'DequantizeLinear' ? inputs.slice(0, 1) : inputs;
}

function rootsOf(trace: Trace, tensor: string, axis: number): Set<number> {
  const roots = new Set<number>();
  for (const channel of trace.axisOf(tensor, axis) ?? [])
    if (channel !== FIXED) roots.add(trace.channels.rootOf(channel));
  return roots;
}
