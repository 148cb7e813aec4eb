import type { GraphNode, GraphView } from '@espalier/onnx';
import { type Flow, nodeAt, readsOf } from './flow.js';
import type { Region } from './search.js';

/** Everything that goes when a region goes. */
export interface RegionNodes {
  /** Operations on the way from its input to its output, in order of execution. */
  readonly operations: readonly GraphNode[];
  /** The operations and the nodes that make weights, shapes and other operands for them alone, in order of execution. */
  readonly all: readonly GraphNode[];
}

/** What the regions of a graph are looked at against. */
export interface Surroundings {
  /** Names of the graph's outputs. */
  readonly outputs: ReadonlySet<string>;
  /** Indices of the nodes in whose flows blocks are looked for: they are nobody's helpers. */
  readonly searched: ReadonlySet<number>;
  /** Whether some output needs a node. */
  readonly isNeeded: (node: GraphNode) => boolean;
}

/** The nodes of a region. */
export function nodesOfRegion(flow: Flow, region: Region, surroundings: Surroundings): RegionNodes {
  const operations = operationsIn(flow, region);
  const helpers = helpersOf(flow, operations, surroundings);
  return { operations, all: [...operations, ...helpers].sort((a, b) => a.index - b.index) };
}

/** Operations on the way from a region's input to its output, in order of execution. */
export function operationsIn(flow: Flow, { entries, output }: Region): GraphNode[] {
  const seen = new Set([output]);
  const open = [...entries];
  const found: GraphNode[] = [];
  for (let vertex = open.pop(); vertex !== undefined; vertex = open.pop()) {
    if (seen.has(vertex)) continue;
    seen.add(vertex);
    const node = nodeAt(flow, vertex);
    if (node) found.push(node);
    for (const successor of flow.successors[vertex] ?? []) open.push(successor);
  }
  return found.sort((a, b) => a.index - b.index);
}

/** Nodes outside the flows all of whose readers are among `operations` or are such nodes themselves. */
function helpersOf(
  { graph, tensors }: Flow,
  operations: readonly GraphNode[],
  { outputs, searched }: Surroundings,
): GraphNode[] {
  const helpers: GraphNode[] = [];
  const readersLeft = new Map<GraphNode, number>();
  const open = [...operations];
  for (let node = open.pop(); node; node = open.pop()) {
    const outside = readsOf(node).filter((tensor) => !tensors.has(tensor));
    const producers = new Set(outside.flatMap((tensor) => graph.producerOf(tensor) ?? []));
    for (const producer of producers) {
      const left = (readersLeft.get(producer) ?? readersOf(graph, producer, outputs)) - 1;
      readersLeft.set(producer, left);
      if (left > 0 || searched.has(producer.index)) continue;
      helpers.push(producer);
      open.push(producer);
    }
  }
  return helpers;
}

/** Number of nodes that read a node's outputs; a graph output counts as one that stays. */
function readersOf(graph: GraphView, node: GraphNode, outputs: ReadonlySet<string>): number {
  const readers = new Set(
    node.outputs.filter((tensor) => tensor !== '').flatMap((tensor) => graph.consumersOf(tensor)),
  );
  const isWatched = node.outputs.some((name) => outputs.has(name));
  return readers.size + (isWatched ? 1 : 0);
}
