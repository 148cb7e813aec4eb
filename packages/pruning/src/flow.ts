import type { GraphNode, GraphView } from '@espalier/onnx';
import { SHAPE_READERS } from './operators.js';

/** A tensor, an operation, or the one exit behind all outputs. */
export type Vertex =
  | { readonly kind: 'tensor'; readonly name: string }
  | { readonly kind: 'operation'; readonly node: GraphNode }
  | { readonly kind: 'exit' };

/**
 * The flow of data from one input to the outputs. Vertices are tensors and operations in topological order: the input
 * is vertex 0, the exit the last one, and every vertex lies on a path between them. Weights, values that follow from
 * shapes alone, other inputs, and operations that no output needs are not part of it.
 */
export interface Flow {
  readonly graph: GraphView;
  /** Vertices of the tensors, by name. */
  readonly tensors: ReadonlyMap<string, number>;
  readonly vertices: readonly Vertex[];
  readonly successors: readonly (readonly number[])[];
  readonly predecessors: readonly (readonly number[])[];
}

/** Where a flow begins, where it may end, and the nodes (by index) that another flow has taken already. */
export interface FlowBounds {
  readonly input: string;
  readonly outputs: ReadonlySet<string>;
  readonly taken: ReadonlySet<number>;
}

/**
 * The flow of data between the given ends; undefined when no data gets from the input to an output. An output that is
 * read again inside the graph is no end of the flow: it only watches a tensor in the middle. What the nodes of an
 * earlier flow read is an end.
 */
export function dataFlow(graph: GraphView, bounds: FlowBounds): Flow | undefined {
  const carriers = nodesThatCarry(graph, bounds);
  const readByTaken = new Set(graph.nodes.filter(({ index }) => bounds.taken.has(index)).flatMap(readsOf));
  const { live, read } = nodesInUse(carriers, (tensor) => bounds.outputs.has(tensor) || readByTaken.has(tensor));
  const isEnd = (tensor: string): boolean =>
    readByTaken.has(tensor) || (bounds.outputs.has(tensor) && !read.has(tensor));
  if (!read.has(bounds.input)) return undefined;

  const vertices: Vertex[] = [];
  const successors: number[][] = [];
  const predecessors: number[][] = [];
  const ends: number[] = [];
  const tensors = new Map<string, number>();
  const add = (vertex: Vertex, from: readonly number[]): number => {
    const index = vertices.push(vertex) - 1;
    successors.push([]);
    predecessors.push([...from]);
    for (const each of from) successors[each]?.push(index);
    return index;
  };
  const addTensor = (name: string, from: readonly number[]): void => {
    const index = add({ kind: 'tensor', name }, from);
    tensors.set(name, index);
    if (isEnd(name)) ends.push(index);
  };

  addTensor(bounds.input, []);
  for (const node of live) {
    const operation = add(
      { kind: 'operation', node },
      readsOf(node).flatMap((tensor) => tensors.get(tensor) ?? []),
    );
    for (const output of node.outputs) if (read.has(output) || isEnd(output)) addTensor(output, [operation]);
  }
  add({ kind: 'exit' }, ends);
  return { graph, tensors, vertices, successors, predecessors };
}

/** Distinct tensors that a node reads, itself or in its sub-graphs. */
export function readsOf(node: GraphNode): string[] {
  return [...new Set([...node.inputs, ...node.captured])].filter((name) => name !== '');
}

/** The node of an operation; undefined for other vertices. */
export function nodeAt(flow: Flow, vertex: number): GraphNode | undefined {
  const found = flow.vertices[vertex];
  return found?.kind === 'operation' ? found.node : undefined;
}

/** The name of a tensor; undefined for other vertices. */
export function tensorAt(flow: Flow, vertex: number): string | undefined {
  const found = flow.vertices[vertex];
  return found?.kind === 'tensor' ? found.name : undefined;
}

/** Nodes that read, directly or not, the values of the input, in order of execution. */
function nodesThatCarry(graph: GraphView, { input, taken }: FlowBounds): GraphNode[] {
  const carrying = new Set([input]);
  return graph.nodes.filter((node) => {
    if (taken.has(node.index) || SHAPE_READERS.has(node.opType)) return false;
    if (!readsOf(node).some((tensor) => carrying.has(tensor))) return false;
    for (const output of node.outputs) if (output !== '') carrying.add(output);
    return true;
  });
}

/** Those of `nodes` that an end needs, in order of execution, and the tensors that they read. */
function nodesInUse(
  nodes: readonly GraphNode[],
  isWanted: (tensor: string) => boolean,
): { live: GraphNode[]; read: Set<string> } {
  const read = new Set<string>();
  const live = nodes.toReversed().filter((node) => {
    if (!node.outputs.some((output) => output !== '' && (read.has(output) || isWanted(output)))) return false;
    for (const tensor of readsOf(node)) read.add(tensor);
    return true;
  });
  return { live: live.toReversed(), read };
}
