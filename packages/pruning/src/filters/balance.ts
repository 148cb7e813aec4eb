import { FIXED } from './channels.js';
import { quoted, type Trace } from './trace.js';

/** A grouped convolution, and the channels of each of its groups: all groups have to give up as many. */
export interface Balance {
  readonly node: string;
  readonly groups: readonly Int32Array[];
}

/** How many entries of each group go with a channel. */
type Signature = readonly number[];

/** Searching for channels that make up for each other is given up after so many steps. */
const MOST_STEPS = 10_000;

/**
 * Ties channels so that every group of every grouped convolution loses as many when any of them go. Those that take as many
 * of each group are fine as they are; others are put together, the first of one kind with the first of the other. What finds
 * no partner stays.
 */
export function balanceGroups(trace: Trace): void {
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (const balance of trace.balances) if (balanceOne(trace, balance)) isChanged = true;
  }
}

/** Whether anything was tied or pinned. */
function balanceOne({ channels }: Trace, { node, groups }: Balance): boolean {
  const counts = new Map<number, number[]>();
  for (const [group, members] of groups.entries()) {
    for (const channel of members) {
      if (channel === FIXED || channels.reasonOf(channel) !== undefined) continue;
      const root = channels.rootOf(channel);
      const count = counts.get(root) ?? groups.map(() => 0);
      counts.set(root, count);
      count[group] = (count[group] ?? 0) + 1;
    }
  }
  const kinds = new Map<string, { signature: Signature; left: number[] }>();
  for (const [root, signature] of counts) {
    if (signature.every((count) => count === signature[0])) continue;
    const key = signature.join();
    const kind = kinds.get(key);
    if (kind) kind.left.push(root);
    else kinds.set(key, { signature, left: [root] });
  }
  if (kinds.size === 0) return false;
  const reason = `every group of node ${quoted(node)} has to give up as many`;
  for (let open = [...kinds.values()]; open.length > 0; open = open.filter(({ left }) => left.length > 0)) {
    const parts = partnersAmong(open.map(({ signature }) => signature));
    if (!parts) {
      for (const { left } of open) for (const root of left) channels.pin(root, reason);
      break;
    }
    const partners = parts.map((index) => open[index]?.left ?? []);
    const rounds = Math.min(...partners.map(({ length }) => length));
    for (let round = 0; round < rounds; round++) {
      const roots = partners.flatMap((left) => left.shift() ?? []);
      for (const root of roots) channels.tie(roots[0] ?? root, root, reason);
    }
  }
  return true;
}

/** Kinds of channels, one of each, that together take as many of every group; undefined where there are none. */
function partnersAmong(kinds: readonly Signature[]): number[] | undefined {
  let steps = 0;
  const search = (chosen: readonly number[], sum: Signature, level: number): number[] | undefined => {
    const gap = sum.findIndex((count) => count < level);
    if (gap === -1) return [...chosen];
    for (const [index, kind] of kinds.entries()) {
      if (++steps > MOST_STEPS) return undefined;
      if (chosen.includes(index) || (kind[gap] ?? 0) === 0) continue;
      const next = sum.map((count, group) => count + (kind[group] ?? 0));
      const found = next.every((count) => count <= level) ? search([...chosen, index], next, level) : undefined;
      if (found) return found;
    }
    return undefined;
  };
  for (const [index, kind] of kinds.entries()) {
    const found = search([index], kind, Math.max(...kind));
    if (found) return found;
  }
  return undefined;
}
