import type { GraphNode, GraphView } from '@espalier/onnx';
import type { TensorShapes } from './block.js';
import { constantDims, elementCount } from './constants.js';
import { weightOperands } from './weighted.js';

/** Reads the dims of any tensor: as traced, or those of a constant. */
type DimsOf = (tensor: string | undefined) => readonly number[];

/**
 * Multiply-accumulates of a node's weights in the traced run; 0 for a node without weights. Products of two computed
 * tensors, as inside attention, are not counted, nor are biases.
 */
export function macsOf(graph: GraphView, shapes: TensorShapes, node: GraphNode): number {
  const operands = weightOperands(graph, node);
  if (operands.length === 0) return 0;
  const dimsOf: DimsOf = (tensor = '') => shapes.get(tensor)?.dims ?? constantDims(graph, tensor) ?? [];
  const weights = operands.map((operand) => dimsOf(node.inputs[operand]));
  const result = elementCount(dimsOf(node.outputs.find((tensor) => tensor !== '')));
  switch (node.opType) {
    case 'Conv':
    case 'FusedConv':
    case 'ConvInteger':
    case 'QLinearConv':
    case 'DeformConv':
      return result * elementCount((weights[0] ?? []).slice(1));
    case 'ConvTranspose':
      return elementCount(dimsOf(node.inputs[0])) * elementCount((weights[0] ?? []).slice(1));
    case 'RNN':
    case 'GRU':
    case 'LSTM':
      return recurrentMacs(dimsOf(node.inputs[0]), weights);
    case 'Attention':
    case 'QAttention':
      return elementCount(dimsOf(node.inputs[0]).slice(0, -1)) * elementCount(weights[0] ?? []);
    case 'MatMulNBits':
      return result * (node.attribute('K')?.int ?? 0);
    case 'Einsum':
      return einsumMacs(node, dimsOf);
    default:
      return result * contractedLength(node, operands[0] ?? 1, weights[0] ?? []);
  }
}

/** One for every combination of the indices in the equation; 0 for equations that leave indices out (`...`). */
function einsumMacs(node: GraphNode, dimsOf: DimsOf): number {
  const [inputs = ''] = (node.attribute('equation')?.string ?? '').replaceAll(' ', '').split('->');
  if (inputs === '' || inputs.includes('.')) return 0;
  const sizes = new Map<string, number>();
  for (const [operand, labels] of inputs.split(',').entries()) {
    const dims = dimsOf(node.inputs[operand]);
    for (const [axis, label] of labels.split('').entries()) sizes.set(label, dims[axis] ?? 0);
  }
  return elementCount([...sizes.values()]);
}

/** Every step of every sequence takes all input and recurrent weights once. X is [steps, batch, size] in any order. */
function recurrentMacs(x: readonly number[], weights: readonly (readonly number[])[]): number {
  const perStep = weights.reduce((sum, dims) => sum + elementCount(dims), 0);
  return elementCount(x.slice(0, 2)) * perStep;
}

/** Length of the axis that a matrix product sums over: the rows of the second operand, or the columns of the first. */
function contractedLength(node: GraphNode, operand: number, weights: readonly number[]): number {
  const isFirst = operand === 0;
  const isTurned = (node.attribute(isFirst ? 'transA' : 'transB')?.int ?? 0) !== 0;
  if (weights.length === 1) return weights[0] ?? 0;
  return weights.at(isFirst === isTurned ? -2 : -1) ?? 0;
}
