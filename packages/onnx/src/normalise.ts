import { copyWith } from './copy.js';
import { OnnxError } from './errors.js';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type NodeProto,
  NodeProtoSchema,
} from './proto/onnx_pb.js';
import { capturedBy } from './scope.js';
import { subgraphsOf } from './attribute-view.js';

type Names = { has(name: string): boolean };

/**
 * The graph with its nodes in an order in which every tensor is produced before it is read, sub-graphs included; the
 * same object when they are so already. Nodes keep their order where nothing forces another one.
 * @throws OnnxError `tensor-duplicate` (a name with two sources), `tensor-unknown` (a name with none), `graph-cyclic`
 */
export function normaliseGraph(graph: GraphProto, outer: Names = new Set()): GraphProto {
  const producers = producersOf(graph);
  const constants = constantNames(graph);
  const scope: Names = { has: (name) => producers.has(name) || constants.has(name) || outer.has(name) };
  const nodes = graph.node.map((node) => normaliseNode(node, scope));
  for (const { name } of graph.output) {
    if (!scope.has(name)) throw new OnnxError('tensor-unknown', `nothing produces the graph's output ${quoted(name)}`);
  }
  const order = executionOrder(nodes, producers, scope);
  const isUnchanged = order.every((index, position) => index === position && nodes[position] === graph.node[position]);
  if (isUnchanged) return graph;
  return copyWith(GraphProtoSchema, graph, { node: order.flatMap((index) => nodes[index] ?? []) });
}

/** How a message names a node: by its name if it has one, else by type and position. */
function nodeLabel(node: NodeProto, index: number): string {
  return node.name === ''
    ? `${node.opType || 'node'} number ${index}`
    : `${node.opType || 'node'} ${quoted(node.name)}`;
}

function producersOf(graph: GraphProto): Map<string, number> {
  const producers = new Map<string, number>();
  const fixed = constantNames(graph);
  graph.node.forEach((node, index) => {
    for (const name of node.output) {
      if (name === '') continue;
      if (producers.has(name) || fixed.has(name)) {
        throw new OnnxError(
          'tensor-duplicate',
          `tensor ${quoted(name)} is produced by ${nodeLabel(node, index)} and has another source too`,
        );
      }
      producers.set(name, index);
    }
  });
  return producers;
}

/** Inputs and initializers. One name may be both: then the initializer is the input's default. */
function constantNames(graph: GraphProto): Set<string> {
  const inputs = graph.input.map(({ name }) => name);
  const initializers = [
    ...graph.initializer.map(({ name }) => name),
    ...graph.sparseInitializer.map(({ values }) => values?.name ?? ''),
  ];
  assertUnique(inputs, 'input');
  assertUnique(initializers, 'initializer');
  return new Set([...inputs, ...initializers]);
}

function assertUnique(names: readonly string[], kind: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new OnnxError('tensor-duplicate', `the graph has two ${kind}s named ${quoted(name)}`);
    seen.add(name);
  }
}

function normaliseNode(node: NodeProto, scope: Names): NodeProto {
  if (subgraphsOf(node.attribute).length === 0) return node;
  const attribute = node.attribute.map((each) => normaliseAttribute(each, scope));
  const isUnchanged = attribute.every((each, index) => each === node.attribute[index]);
  return isUnchanged ? node : copyWith(NodeProtoSchema, node, { attribute });
}

function normaliseAttribute(attribute: AttributeProto, scope: Names): AttributeProto {
  const g = attribute.g && normaliseGraph(attribute.g, scope);
  const graphs = attribute.graphs.map((graph) => normaliseGraph(graph, scope));
  if (g === attribute.g && graphs.every((graph, index) => graph === attribute.graphs[index])) return attribute;
  return copyWith(AttributeProtoSchema, attribute, g ? { g, graphs } : { graphs });
}

/**
 * Depth-first over the producers, with an own stack (a chain of a million nodes must not exhaust the engine's), taking
 * nodes in their given order: a list that is in order already comes out as it is.
 */
function executionOrder(nodes: readonly NodeProto[], producers: ReadonlyMap<string, number>, scope: Names): number[] {
  const reads = nodes.map((node, index) => producersRead(node, index, producers, scope));
  const state: ('open' | 'done' | undefined)[] = nodes.map(() => undefined);
  const order: number[] = [];
  for (let root = 0; root < nodes.length; root++) {
    const stack = [root];
    for (let index = stack.at(-1); index !== undefined; index = stack.at(-1)) {
      if (state[index] === undefined) {
        state[index] = 'open';
        for (const producer of reads[index] ?? []) {
          if (state[producer] === 'open') throw cyclic(nodes, producer);
          if (state[producer] === undefined) stack.push(producer);
        }
      } else {
        stack.pop();
        if (state[index] === 'open') order.push(index);
        state[index] = 'done';
      }
    }
  }
  return order;
}

/** Positions of the nodes whose results a node reads, directly or in its sub-graphs; the last read comes first. */
function producersRead(
  node: NodeProto,
  index: number,
  producers: ReadonlyMap<string, number>,
  scope: Names,
): readonly number[] {
  const read = new Set<number>();
  for (const name of [...node.input, ...capturedBy(node)]) {
    if (name === '') continue;
    const producer = producers.get(name);
    if (producer !== undefined) read.add(producer);
    else if (!scope.has(name)) {
      throw new OnnxError(
        'tensor-unknown',
        `nothing produces tensor ${quoted(name)}, which ${nodeLabel(node, index)} reads`,
      );
    }
  }
  return [...read].toReversed();
}

function cyclic(nodes: readonly NodeProto[], index: number): OnnxError {
  const node = nodes[index];
  return new OnnxError('graph-cyclic', `${node ? nodeLabel(node, index) : 'a node'} depends on its own result`);
}

function quoted(name: string): string {
  return JSON.stringify(name);
}
