import type { GraphNode, GraphView } from '@espalier/onnx';
import { type ConstantForm, constantForm, elementCount } from './constants.js';
import { weightOperands } from './weighted.js';

/**
 * One weight tensor as it is stored, seen as filters. `filterAxes` are the axes that tell filters apart; a filter is
 * everything else.
 */
export interface FilterWeights {
  readonly dims: readonly number[];
  readonly filterAxes: readonly number[];
  /** Values in row-major order, or the one number that they all are. */
  readonly values: Float32Array | number;
}

/** The weights of a node by filter, or why they cannot be read. */
export type NodeWeights =
  | { readonly kind: 'weights'; readonly tensors: readonly FilterWeights[] }
  | { readonly kind: 'unreadable'; readonly reason: string };

/**
 * Reads the weights of a weighted node. Weights may lie behind Identity, Cast, Transpose, DequantizeLinear and
 * ConstantOfShape; float16 becomes float32, and quantised weights become the real numbers that they stand for.
 */
export function nodeWeights(graph: GraphView, node: GraphNode): NodeWeights {
  const unreadable = (reason: string): NodeWeights => ({
    kind: 'unreadable',
    reason: `${reason} at node ${JSON.stringify(node.name)}`,
  });
  if (node.hasSubgraph) return unreadable('weights inside a sub-graph');
  const tensors: FilterWeights[] = [];
  for (const operand of weightOperands(graph, node)) {
    const stored = storedWeights(graph, node, operand);
    const weights = typeof stored === 'string' ? stored : grouped(node, stored);
    if (typeof weights === 'string') return unreadable(weights);
    tensors.push(weights);
  }
  return tensors.length > 0 ? { kind: 'weights', tensors } : unreadable('no weights');
}

function storedWeights(graph: GraphView, node: GraphNode, operand: number): FilterWeights | string {
  const source = sourceOf(graph, node.inputs[operand] ?? '');
  if (!source) return 'weights that are computed';
  const { form, dequantise, turn } = source;
  const rank = form.dims.length;
  const axes = filterAxes(node, operand, rank);
  if (!axes) return `weights of the operator ${node.opType}`;
  const integers = form.elementType.includes('int');
  const scaling = dequantise ?? ownScale(node, operand);
  if (integers && !scaling) return 'integer weights without a scale';
  const values = form.source.kind === 'stored' ? form.source.tensor.toFloat32() : form.source.value;
  const weights = { dims: form.dims, filterAxes: axes.map((axis) => turn[axis] ?? axis), values };
  return scaling ? dequantised(graph, weights, scaling) : weights;
}

interface Scaling {
  readonly scale: string;
  readonly zeroPoint: string;
  /** Axis of the stored tensor along which scales differ, where there are several. */
  readonly axis: number;
}

interface Source {
  readonly form: ConstantForm;
  /** Axis of the stored tensor that each axis of the operand is. */
  readonly turn: readonly number[];
  readonly dequantise: Scaling | undefined;
}

/** Follows a weight operand back to the stored tensor. */
function sourceOf(graph: GraphView, operand: string): Source | undefined {
  let tensor = operand;
  let dequantise: (Omit<Scaling, 'axis'> & { axis: number }) | undefined;
  const turns: (readonly number[])[] = [];
  for (;;) {
    const form = constantForm(graph, tensor);
    if (form) {
      const straight = form.dims.map((_, axis) => axis);
      const turn = turns.reduceRight((axes, perm) => perm.map((axis) => axes[axis] ?? axis), straight);
      return { form, turn, dequantise };
    }
    const node = graph.producerOf(tensor);
    const [input = '', scale = '', zeroPoint = ''] = node?.inputs ?? [];
    switch (node?.opType) {
      case 'Identity':
      case 'Cast':
        break;
      case 'Transpose': {
        const perm = node.attribute('perm')?.ints;
        // Scales are given along an axis of what DequantizeLinear reads: a turn below it would move that axis.
        if (!perm || dequantise) return undefined;
        turns.push(perm);
        break;
      }
      case 'DequantizeLinear':
        if (dequantise || node.attribute('block_size')?.int) return undefined;
        dequantise = { scale, zeroPoint, axis: node.attribute('axis')?.int ?? 1 };
        break;
      default:
        return undefined;
    }
    tensor = input;
  }
}

/** Quantised operators carry the scale of their weights themselves. */
function ownScale(node: GraphNode, operand: number): Scaling | undefined {
  const [scale, zeroPoint] = [node.inputs[operand + 1] ?? '', node.inputs[operand + 2] ?? ''];
  if (node.opType === 'QLinearConv') return { scale, zeroPoint, axis: 0 };
  if (node.opType === 'QLinearMatMul') return { scale, zeroPoint, axis: operand === 0 ? -2 : -1 };
  return undefined;
}

/** Axes of the weight operand, as the operator reads it, that tell filters apart; undefined for unknown layouts. */
function filterAxes(node: GraphNode, operand: number, rank: number): readonly number[] | undefined {
  const allBut = (summed: number): number[] =>
    Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== summed);
  const isTurned = (name: string): boolean => (node.attribute(name)?.int ?? 0) !== 0;
  switch (node.opType) {
    case 'Conv':
    case 'FusedConv':
    case 'DeformConv':
    case 'QLinearConv':
      return [0];
    case 'ConvTranspose':
      return [1];
    case 'RNN':
    case 'GRU':
    case 'LSTM':
      return [0, 1];
    case 'Gemm':
    case 'FusedGemm':
    case 'MatMul':
    case 'FusedMatMul':
    case 'QLinearMatMul':
    case 'QGemm':
      // Summed over the rows of the second operand, or the columns of the first.
      if (rank < 2) return [];
      return operand === 0
        ? allBut(isTurned('transA') ? rank - 2 : rank - 1)
        : allBut(isTurned('transB') ? rank - 1 : rank - 2);
    default:
      return undefined;
  }
}

/** A grouped ConvTranspose keeps [in, out / group, …]: each group has filters of its own. */
function grouped(node: GraphNode, weights: FilterWeights): FilterWeights | string {
  const group = node.attribute('group')?.int ?? 1;
  if (node.opType !== 'ConvTranspose' || group === 1) return weights;
  if (weights.filterAxes[0] !== 1) return 'turned weights of a grouped ConvTranspose';
  const [channelsIn = 0, ...rest] = weights.dims;
  return { dims: [group, channelsIn / group, ...rest], filterAxes: [0, 2], values: weights.values };
}

function dequantised(
  graph: GraphView,
  weights: FilterWeights,
  { scale, zeroPoint, axis }: Scaling,
): FilterWeights | string {
  const scales = smallConstant(graph, scale);
  const zeros = zeroPoint === '' ? [0] : smallConstant(graph, zeroPoint);
  if (!scales || !zeros) return 'weights whose scale is computed';
  const { dims, values } = weights;
  const along = axis < 0 ? axis + dims.length : axis;
  const length = scales.length === 1 ? 1 : (dims[along] ?? 0);
  if (scales.length !== length) return 'weights with blocks of scales';
  const inner = length === 1 ? elementCount(dims) : elementCount(dims.slice(along + 1));
  const result = new Float32Array(elementCount(dims));
  for (let index = 0; index < result.length; index++) {
    const channel = Math.floor(index / inner) % length;
    const stored = typeof values === 'number' ? values : (values[index] ?? 0);
    result[index] = (stored - (zeros[zeros.length === 1 ? 0 : channel] ?? 0)) * (scales[channel] ?? 0);
  }
  return { ...weights, values: result };
}

/** The values of a vector such as a scale or a zero point, also of one that is filled or converted. */
export function smallConstant(graph: GraphView, tensor: string): ArrayLike<number> | undefined {
  const form = constantForm(graph, tensor);
  if (form?.source.kind === 'stored') return form.source.tensor.toFloat32();
  if (form?.source.kind === 'filled') return new Float32Array(elementCount(form.dims)).fill(form.source.value);
  const node = graph.producerOf(tensor);
  return node?.opType === 'Cast' ? smallConstant(graph, node.inputs[0] ?? '') : undefined;
}
