import type { GraphNode, GraphView } from '@espalier/onnx';
import { ACTIVATIONS, ARITHMETIC, CONCATENATIONS, NOISE, NORMS, SHAPE_READERS } from '../operators.js';
import { weightOperands } from '../weighted.js';
import { isFollowable, NEW, range } from './change.js';
import type { Dims } from './dims.js';
import { refuses, type WidthEffect } from './effect.js';
import { rebuildInputSide } from './rebuild.js';
import { type Changed, reshapedWidth } from './reshaping.js';
import { isShapeRight, readersOfShape, shapeEntries } from './shape-entries.js';
import type { Surroundings } from './surroundings.js';

/** They work on every channel alone and have no numbers for it. */
const POOLS: ReadonlySet<string> = new Set([
  'MaxPool',
  'AveragePool',
  'LpPool',
  'GlobalAveragePool',
  'GlobalMaxPool',
  'GlobalLpPool',
]);

/** Norms without a number for every channel. */
const BARE_NORMS: ReadonlySet<string> = new Set(['LRN', 'MeanVarianceNormalization', 'LpNormalization']);

const RESHAPES: ReadonlySet<string> = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

/** A changed operand of a node. */
interface Operand extends Changed {
  readonly position: number;
}

/** What a node does about operands whose width changed. Everything that is not known to take it refuses. */
export function widthEffect(context: Surroundings, node: GraphNode): WidthEffect {
  const { graph, dimsOf } = context;
  const label = `node ${JSON.stringify(node.name)} (${node.opType})`;
  const operands = changedOperands(context, node);
  if (typeof operands === 'string') return refuses(operands);
  const [first] = operands;
  const out = dimsOf(node.outputs[0] ?? '');
  if (node.hasSubgraph || node.domain !== '' || !first || !out) return refuses(`${label} reads it`);
  if (![out, ...node.inputs.map((tensor) => dimsOf(tensor) ?? [])].every(isFollowable)) {
    return refuses(`${label} is wider than any network`);
  }
  if (SHAPE_READERS.has(node.opType)) return shapeRead(context, node, first);
  if (ACTIVATIONS.has(node.opType) || ARITHMETIC.has(node.opType) || NOISE.has(node.opType)) {
    return elementwise(context, node, operands, out);
  }
  if (CONCATENATIONS.has(node.opType)) return concatenated(context, node, operands, out);
  if (first.position !== 0 || operands.length > 1) return refuses(`${label} reads it`);
  if (weightOperands(graph, node).length > 0) {
    return rebuildInputSide(context, node, { operand: first.position, change: first });
  }
  if (RESHAPES.has(node.opType)) return reshapedWidth(context, node, first, out);
  const passes = { kind: 'passes', change: { axis: first.axis, origins: first.origins } } as const;
  const isChannels = first.axis === 1;
  if (POOLS.has(node.opType) && isChannels) return passes;
  if (NORMS.has(node.opType)) return isChannels && BARE_NORMS.has(node.opType) ? passes : hasNumbers(label);
  switch (node.opType) {
    case 'Pad':
      return padsAxis(graph, node, first) ? refuses(`${label} pads its channels`) : passes;
    case 'Resize':
    case 'Upsample':
      return scaleAlong(graph, node, first.axis) === 1 || isSizeRight(context, node, first)
        ? passes
        : refuses(`the size that ${label} makes is fixed or computed`);
    case 'Transpose':
      return transposed(node, first);
    case 'ReduceMean':
    case 'ReduceMax':
    case 'ReduceSum':
      return reduced(graph, node, first);
    case 'QuantizeLinear':
    case 'DequantizeLinear':
      return (dimsOf(node.inputs[1] ?? '') ?? [0]).every((dim) => dim === 1) ? passes : hasNumbers(label);
    default:
      return refuses(`${label} may need the width that it has`);
  }
}

/** What works by the shape of a changed tensor is looked at in its turn. */
function shapeRead(context: Surroundings, node: GraphNode, { axis }: Changed): WidthEffect {
  const shaped = node.opType === 'Shape' ? readersOfShape(context, node, axis) : undefined;
  return shaped
    ? { kind: 'ignores', shaped }
    : refuses(`node ${JSON.stringify(node.name)} (${node.opType}) reads its shape`);
}

function hasNumbers(label: string): WidthEffect {
  return refuses(`${label} has a number for every channel`);
}

function changedOperands({ dimsOf, changeOf }: Surroundings, node: GraphNode): Operand[] | string {
  const operands: Operand[] = [];
  for (const [position, tensor] of node.inputs.entries()) {
    const change = tensor === '' ? undefined : changeOf(tensor);
    if (typeof change === 'string') return change;
    const before = dimsOf(tensor);
    if (change && before) operands.push({ position, before, ...change });
  }
  return operands;
}

/** Operands that did not change must have one number for all channels; those that did must agree. */
function elementwise(
  { graph, dimsOf }: Surroundings,
  node: GraphNode,
  changed: readonly Operand[],
  out: Dims,
): WidthEffect {
  const label = `node ${JSON.stringify(node.name)} (${node.opType})`;
  const fromEnd = new Set(changed.map(({ before, axis }) => before.length - axis));
  const sizes = new Set(changed.map(({ origins }) => origins.length));
  const [place = 0] = fromEnd;
  if (fromEnd.size > 1 || sizes.size > 1) return refuses(`${label} joins it with another width`);
  const others = node.inputs.filter((tensor, position) => tensor !== '' && !isAmong(changed, position));
  for (const tensor of others) {
    const dims = dimsOf(tensor);
    if (!dims) return refuses(`${label} reads a tensor of unknown shape`);
    if (dims.length < place || dims.at(-place) === 1) continue;
    return graph.isConstant(tensor) ? hasNumbers(label) : refuses(`${label} joins it with another width`);
  }
  const [first = [], ...more] = changed.map(({ origins }) => origins);
  const origins = first.map((origin, index) => (more.every((other) => other[index] === origin) ? origin : NEW));
  return { kind: 'passes', change: { axis: out.length - place, origins } };
}

function isAmong(operands: readonly Operand[], position: number): boolean {
  return operands.some((operand) => operand.position === position);
}

function concatenated({ dimsOf }: Surroundings, node: GraphNode, changed: readonly Operand[], out: Dims): WidthEffect {
  const given = node.attribute('axis')?.int ?? 1;
  const axis = given < 0 ? given + out.length : given;
  if (changed.some((operand) => operand.axis !== axis)) {
    return refuses(`node ${JSON.stringify(node.name)} (${node.opType}) lays it beside another width`);
  }
  let start = 0;
  const origins = node.inputs.flatMap((tensor, position) => {
    const width = dimsOf(tensor)?.[axis] ?? 0;
    const own = changed.find((operand) => operand.position === position)?.origins ?? range(width);
    const offset = start;
    start += width;
    return own.map((origin) => (origin === NEW ? NEW : origin + offset));
  });
  return { kind: 'passes', change: { axis, origins } };
}

function padsAxis(graph: GraphView, node: GraphNode, { axis, before }: Changed): boolean {
  const pads = node.attribute('pads')?.ints ?? graph.constantTensor(node.inputs[1] ?? '')?.ints();
  const hasAxes = (node.inputs[3] ?? '') !== '';
  return !pads || hasAxes || pads[axis] !== 0 || pads[axis + before.length] !== 0;
}

/** By how much a Resize or Upsample stretches an axis; undefined where it is given a size, or computed. */
function scaleAlong(graph: GraphView, node: GraphNode, axis: number): number | undefined {
  const scales = node.opType === 'Resize' && node.inputs.length > 2 ? node.inputs[2] : node.inputs[1];
  return graph.constantTensor(scales ?? '')?.toFloat64()[axis];
}

/** Whether a Resize is given a size that is computed from what it reads, and so follows. */
function isSizeRight(context: Surroundings, node: GraphNode, { axis, origins }: Changed): boolean {
  const sizes = node.inputs[3] ?? '';
  const entries = sizes === '' ? undefined : shapeEntries(context, sizes);
  return entries !== undefined && isShapeRight(context, entries, { axis, size: origins.length });
}

function transposed(node: GraphNode, { axis, origins, before }: Changed): WidthEffect {
  const perm = node.attribute('perm')?.ints ?? before.map((_, index) => before.length - 1 - index);
  return { kind: 'passes', change: { axis: perm.indexOf(axis), origins } };
}

function reduced(graph: GraphView, node: GraphNode, { axis, origins, before }: Changed): WidthEffect {
  const given = node.attribute('axes')?.ints ?? graph.constantTensor(node.inputs[1] ?? '')?.ints();
  const axes = given?.map((each) => (each < 0 ? each + before.length : each));
  if (!axes || axes.length === 0 || axes.includes(axis)) {
    return refuses(`node ${JSON.stringify(node.name)} (${node.opType}) reduces its channels`);
  }
  const isKept = (node.attribute('keepdims')?.int ?? 1) !== 0;
  const place = isKept ? axis : axis - axes.filter((each) => each < axis).length;
  return { kind: 'passes', change: { axis: place, origins } };
}
