import { immediateDominators } from './dominators.js';
import { type Flow, nodeAt, tensorAt } from './flow.js';

/**
 * Regions of a flow with one way in and one way out, as a tree. A chain is a run of vertices each of which every path
 * through its neighbours passes; between two neighbours there may be a bundle of parallel paths, which holds chains of
 * its own. A span is the piece of a chain from one tensor to the next.
 */
export interface RegionTree {
  /** From the input to the exit. */
  readonly root: Chain;
  /** Every chain, inner ones before those that hold them. */
  readonly chains: readonly Chain[];
  /** The chain that a vertex lies on. */
  readonly chainAt: (vertex: number) => Chain | undefined;
}

export interface Chain extends Contents {
  /** First vertex. */
  readonly head: number;
  /** Whether branches meet in its first operation. */
  readonly startsAtMerge: boolean;
  readonly spans: readonly Span[];
  /** Chains inside this one that no span holds: in front of its first tensor or behind its last. */
  readonly loose: readonly Chain[];
}

/** From one tensor of a chain to the next: one operation, or branches that meet in the last operation. */
export interface Span extends Contents {
  readonly input: number;
  /** Operations that begin the span; other readers of `input` lie outside. */
  readonly entries: readonly number[];
  readonly output: number;
  /** Operations on the chain itself, in order: the last one makes `output`. */
  readonly operations: readonly number[];
  /** Chains in between, in order of their heads. */
  readonly children: readonly Chain[];
}

/** What the operations of a chain or span, inner chains included, come to. */
export interface Contents {
  /** Number of weighted operations. */
  readonly weight: number;
  /** Highest rank among them. */
  readonly rank: number;
}

/** How an operation counts. Ranks are the caller's. */
export type Grading = (operation: number) => { readonly isWeighted: boolean; readonly rank: number };

/**
 * The region tree of a flow. A vertex a and its immediate post-dominator b bound a region with nothing smaller around it
 * exactly when a is the immediate dominator of b; such pairs link to chains, and the dominator of a chain's head says
 * in which region the chain lies. Linear but for the dominators (after the program structure tree of Johnson, Pearson,
 * Pingali, 1994, here on vertices instead of edges).
 */
export function regionTree(flow: Flow, grade: Grading): RegionTree {
  const links = linkedVertices(flow);
  const heads = flow.vertices.flatMap((_, vertex) => (links.headOf(vertex) === vertex ? [vertex] : []));
  const heldAfter = chainsByHolder(heads, links);
  const chains = new Map<number, Chain>();
  for (const head of heads.toReversed()) {
    const childrenOf = (vertex: number): Chain[] =>
      (heldAfter.get(vertex) ?? []).flatMap((child) => chains.get(child) ?? []);
    chains.set(head, chainFrom(head, { flow, next: links.next, childrenOf, grade }));
  }
  const root = chains.get(0);
  if (!root) throw new Error('a flow begins with its input');
  return { root, chains: [...chains.values()], chainAt: (vertex) => chains.get(links.headOf(vertex)) };
}

interface Links {
  /** The vertex behind this one on its chain. */
  readonly next: (vertex: number) => number | undefined;
  /** First vertex of the chain that the vertex lies on. */
  readonly headOf: (vertex: number) => number;
  readonly dominator: (vertex: number) => number;
}

function linkedVertices(flow: Flow): Links {
  const size = flow.vertices.length;
  const last = size - 1;
  const dominators = immediateDominators(size, (vertex) => flow.predecessors[vertex] ?? []);
  const mirrored = immediateDominators(size, (vertex) =>
    (flow.successors[last - vertex] ?? []).map((successor) => last - successor),
  );
  const next = new Int32Array(size).fill(-1);
  const headOf = Int32Array.from({ length: size }, (_, vertex) => vertex);
  for (let vertex = 0; vertex < last; vertex++) {
    const after = last - (mirrored[last - vertex] ?? 0);
    if (dominators[after] !== vertex) continue;
    next[vertex] = after;
    headOf[after] = headOf[vertex] ?? vertex;
  }
  return {
    next: (vertex) => (next[vertex] === -1 ? undefined : next[vertex]),
    headOf: (vertex) => headOf[vertex] ?? vertex,
    dominator: (vertex) => dominators[vertex] ?? 0,
  };
}

/** Heads of chains by the vertex behind which, on another chain, they lie. */
function chainsByHolder(heads: readonly number[], links: Links): Map<number, number[]> {
  const holderOf = new Map<number, number>();
  const heldAfter = new Map<number, number[]>();
  for (const head of heads) {
    const dominator = links.dominator(head);
    // The last vertex of a chain bounds no region: what it dominates lies where its own chain lies.
    const holder = links.next(dominator) === undefined ? holderOf.get(links.headOf(dominator)) : dominator;
    if (head === 0 || holder === undefined) continue;
    holderOf.set(head, holder);
    const held = heldAfter.get(holder);
    if (held) held.push(head);
    else heldAfter.set(holder, [head]);
  }
  return heldAfter;
}

interface ChainParts {
  readonly flow: Flow;
  readonly grade: Grading;
  readonly next: (vertex: number) => number | undefined;
  readonly childrenOf: (vertex: number) => Chain[];
}

function chainFrom(head: number, { flow, grade, next, childrenOf }: ChainParts): Chain {
  const spans: Span[] = [];
  const loose: Chain[][] = [];
  let outside: number[] = [];
  let start = startOf(flow, head);
  let operations: number[] = [];
  let children: Chain[][] = [];
  const close = (output: number | undefined): void => {
    const held = children.flat();
    if (start && output !== undefined && operations.length > 0) {
      spans.push({ ...start, output, operations, children: held, ...contents(operations, held, grade) });
    } else {
      loose.push(held);
      outside = [...outside, ...operations];
    }
    operations = [];
    children = [];
  };
  for (let vertex: number | undefined = head; vertex !== undefined; vertex = next(vertex)) {
    if (nodeAt(flow, vertex)) operations.push(vertex);
    if (tensorAt(flow, vertex) !== undefined) {
      close(vertex);
      start = { input: vertex, entries: flow.successors[vertex] ?? [] };
    }
    children.push(childrenOf(vertex));
  }
  close(undefined);
  const unspanned = contents(outside, loose.flat(), grade);
  const startsAtMerge = nodeAt(flow, head) !== undefined && (flow.predecessors[head] ?? []).length > 1;
  return { head, startsAtMerge, spans, loose: loose.flat(), ...total([unspanned, ...spans]) };
}

/** A chain that begins with an operation starts at the one tensor which that reads; where several meet, at its result. */
function startOf(flow: Flow, head: number): Pick<Span, 'input' | 'entries'> | undefined {
  const [input, ...others] = flow.predecessors[head] ?? [];
  return input !== undefined && others.length === 0 && nodeAt(flow, head) ? { input, entries: [head] } : undefined;
}

function contents(operations: readonly number[], children: readonly Chain[], grade: Grading): Contents {
  const own = operations.map((operation) => {
    const { isWeighted, rank } = grade(operation);
    return { weight: isWeighted ? 1 : 0, rank };
  });
  return total([...own, ...children]);
}

function total(parts: readonly Contents[]): Contents {
  let [weight, rank] = [0, 0];
  for (const part of parts) {
    weight += part.weight;
    rank = Math.max(rank, part.rank);
  }
  return { weight, rank };
}
