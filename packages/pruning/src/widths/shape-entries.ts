import type { GraphNode, GraphView } from '@espalier/onnx';
import { changedDims } from './change.js';
import type { Surroundings } from './surroundings.js';

/** One entry of a computed shape: a number, or a dimension of a tensor; undefined for anything else. */
export type ShapeEntry = number | { readonly tensor: string; readonly axis: number } | undefined;

/** Longer chains of nodes than exporters write. */
const LONGEST = 16;

/** They pass the entries of a shape on. */
const CARRIERS: ReadonlySet<string> = new Set([
  'Gather',
  'Slice',
  'Concat',
  'Identity',
  'Cast',
  'Unsqueeze',
  'Squeeze',
]);

/** Nodes that work by a shape, and the operands in which they read it. */
const SHAPED: ReadonlyMap<string, number> = new Map([
  ['Reshape', 1],
  ['Resize', 3],
]);

/**
 * The entries of a shape that a small graph of Shape, Gather, Slice, Concat and their like computes, as exporters write them
 * for a view or a resize. Undefined where the number of entries cannot be told.
 */
export function shapeEntries(context: Surroundings, tensor: string, depth = 0): readonly ShapeEntry[] | undefined {
  const { graph, dimsOf } = context;
  const stored = graph.constantTensor(tensor);
  if (stored) return stored.elementType.includes('int') ? stored.ints() : undefined;
  const node = graph.producerOf(tensor);
  if (!node || depth > LONGEST) return undefined;
  const [first = ''] = node.inputs;
  const entriesOf = (name: string): readonly ShapeEntry[] | undefined => shapeEntries(context, name, depth + 1);
  switch (node.opType) {
    case 'Shape': {
      const axes = (dimsOf(first) ?? []).map((_, axis) => axis);
      const [start, end] = [node.attribute('start')?.int ?? 0, node.attribute('end')?.int];
      return axes.slice(start, end).map((axis) => ({ tensor: first, axis }));
    }
    case 'Gather': {
      const entries = entriesOf(first);
      return entries && constants(graph, node, { operand: 1 })?.map((index) => entries.at(index));
    }
    case 'Slice': {
      const starts = constants(graph, node, { attribute: 'starts', operand: 1 });
      const ends = constants(graph, node, { attribute: 'ends', operand: 2 });
      const isDense = (constants(graph, node, { operand: 4 }) ?? [1])[0] === 1;
      return starts && ends && isDense ? entriesOf(first)?.slice(starts[0], ends[0]) : undefined;
    }
    case 'Concat': {
      const parts = node.inputs.map(entriesOf);
      return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    }
    default:
      return CARRIERS.has(node.opType) ? entriesOf(first) : undefined;
  }
}

/** A list of integers in an attribute or a constant operand. */
function constants(
  graph: GraphView,
  node: GraphNode,
  { attribute, operand }: { attribute?: string; operand: number },
): readonly number[] | undefined {
  const given = attribute === undefined ? undefined : node.attribute(attribute)?.ints;
  return given ?? graph.constantTensor(node.inputs[operand] ?? '')?.ints();
}

/**
 * The nodes that work by an entry of a tensor's shape that changed. Undefined when the entry gets elsewhere, where nobody
 * can tell what it is for.
 */
export function readersOfShape(context: Surroundings, shapeNode: GraphNode, axis: number): GraphNode[] | undefined {
  const { graph } = context;
  const source = shapeNode.inputs[0] ?? '';
  const shaped: GraphNode[] = [];
  const open = [shapeNode.outputs[0] ?? ''];
  for (let tensor = open.pop(); tensor !== undefined; tensor = open.pop()) {
    const entries = shapeEntries(context, tensor);
    if (!entries || open.length > LONGEST) return undefined;
    const isThere = entries.some(
      (entry) => typeof entry === 'object' && entry.tensor === source && entry.axis === axis,
    );
    if (!isThere) continue;
    for (const reader of graph.consumersOf(tensor)) {
      if (reader.inputs[SHAPED.get(reader.opType) ?? -1] === tensor) shaped.push(reader);
      else if (CARRIERS.has(reader.opType)) open.push(...reader.outputs);
      else return undefined;
    }
  }
  return shaped;
}

/** Whether every entry of a computed shape is right: that of `axis` comes to `size`, the others stay as they are. */
export function isShapeRight(
  context: Surroundings,
  entries: readonly ShapeEntry[],
  { axis, size }: { axis: number; size: number },
): boolean {
  return entries.every((entry, index) => {
    if (entry === undefined) return false;
    if (typeof entry === 'number') return index !== axis || entry === -1 || entry === size;
    const before = context.dimsOf(entry.tensor);
    const change = context.changeOf(entry.tensor);
    if (!before || typeof change === 'string') return false;
    const after = changedDims(before, change)[entry.axis];
    return index === axis ? after === size : after === before[entry.axis];
  });
}
