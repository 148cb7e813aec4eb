import { Channels, FIXED } from './channels.js';
import type { Made, Trace } from './trace.js';

/** Layers whose channels depend on each other, and the filters that they make together. */
export interface FormedGroup {
  /** Layers that make the channels, in order of execution. */
  readonly makers: readonly Made[];
  /** The channel that stands for each filter, in the order of the first layer's channels, then the second one's, … */
  readonly channels: readonly number[];
  /** Why nothing can go; undefined where something can. */
  readonly reason: string | undefined;
}

/** Puts layers that share a channel into one group. Filters that stay are not counted where others can go. */
export function groupsOf(trace: Trace): FormedGroup[] {
  const { channels, made } = trace;
  const ties = new Channels();
  const members = ties.fresh(made.length);
  const owners = new Map<number, number>();
  for (const [member, layer] of made.entries()) {
    for (const channel of layer.channels) {
      if (channel === FIXED) continue;
      const root = channels.rootOf(channel);
      const owner = owners.get(root);
      if (owner === undefined) owners.set(root, member);
      else ties.tie(members[owner] ?? 0, members[member] ?? 0, '');
    }
  }
  const groups = new Map<number, Made[]>();
  for (const [member, layer] of made.entries()) {
    const leader = ties.rootOf(members[member] ?? 0);
    const known = groups.get(leader);
    if (known) known.push(layer);
    else groups.set(leader, [layer]);
  }
  return [...groups.values()].map((makers) => formed(trace, makers));
}

function formed({ channels }: Trace, makers: readonly Made[]): FormedGroup {
  const all = new Set<number>();
  for (const layer of makers)
    for (const channel of layer.channels) if (channel !== FIXED) all.add(channels.rootOf(channel));
  const free = [...all].filter((channel) => channels.reasonOf(channel) === undefined);
  if (free.length > 1) return { makers, channels: free, reason: undefined };
  const [first = FIXED] = [...all].filter((channel) => !free.includes(channel));
  const reason = first === FIXED ? 'its channels can only go all together' : channels.reasonOf(first);
  return { makers, channels: [...all], reason: reason ?? 'its channels stay' };
}
