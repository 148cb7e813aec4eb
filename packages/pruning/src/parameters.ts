import type { GraphNode, GraphProto, GraphView } from '@espalier/onnx';
import { constantForm, elementCount } from './constants.js';
import { NORMS, WEIGHT_OPERANDS } from './operators.js';
import { subgraphsOf } from './subgraphs.js';

/** Operators whose constants set how they work and are not trained. */
const SETTINGS_ONLY: ReadonlySet<string> = new Set([
  'Resize',
  'Upsample',
  'Clip',
  'Pad',
  'Pow',
  'Range',
  'OneHot',
  'QuantizeLinear',
  'ConstantOfShape',
  'NonMaxSuppression',
]);

/** Operands that are statistics of the training data, or scales of a quantisation, by operator. */
const UNTRAINED_OPERANDS: ReadonlyMap<string, ReadonlySet<number>> = new Map([
  ['BatchNormalization', new Set([3, 4])],
  ['DequantizeLinear', new Set([1, 2])],
  ['QLinearConv', new Set([1, 2, 4, 5, 6, 7])],
  ['QLinearMatMul', new Set([1, 2, 4, 5, 6, 7])],
  ['ConvInteger', new Set([2, 3])],
  ['MatMulInteger', new Set([2, 3])],
]);

/** FLOAT, FLOAT16, DOUBLE, BFLOAT16 of ONNX's TensorProto.DataType. */
const FLOAT_DATA_TYPES: ReadonlySet<number> = new Set([1, 10, 11, 16]);

/** Operators that read quantised weights. */
const INTEGER_READERS: ReadonlySet<string> = new Set([
  'DequantizeLinear',
  'QLinearConv',
  'QLinearMatMul',
  'ConvInteger',
  'MatMulInteger',
]);

/**
 * Trained numbers that `nodes` and nothing else read: weights, biases, scales and offsets. Running statistics, settings
 * and quantisation scales are not trained; neither is a lone number, unless a weighted operator or a norm reads it.
 */
export function parametersOf(graph: GraphView, nodes: readonly GraphNode[]): number {
  const group = new Set(nodes.map(({ index }) => index));
  const counted = new Map<string, number>();
  let inSubgraphs = 0;
  for (const node of nodes) {
    if (node.hasSubgraph) inSubgraphs += sum(subgraphsOf(node).map(storedIn));
    for (const tensor of trainedOperands(node)) {
      if (counted.has(tensor)) continue;
      const isShared = graph.consumersOf(tensor).some(({ index }) => !group.has(index));
      if (!isShared) counted.set(tensor, trainedNumbers(graph, node, tensor));
    }
  }
  return sum([...counted.values()]) + inSubgraphs;
}

function trainedOperands(node: GraphNode): string[] {
  if (SETTINGS_ONLY.has(node.opType)) return [];
  const untrained = UNTRAINED_OPERANDS.get(node.opType);
  const operands = node.inputs.filter((_, operand) => !untrained?.has(operand));
  return [...operands, ...node.captured].filter((tensor) => tensor !== '');
}

function trainedNumbers(graph: GraphView, node: GraphNode, tensor: string): number {
  const producer = graph.producerOf(tensor);
  // What an Identity or a Cast hands on is counted where it comes from.
  if (producer && producer.opType !== 'Constant' && producer.opType !== 'ConstantOfShape') return 0;
  const form = constantForm(graph, tensor);
  if (!form) return 0;
  const isQuantised = INTEGER_READERS.has(node.opType) && form.elementType.includes('int');
  const isNumber = form.elementType.includes('float') || isQuantised;
  const count = elementCount(form.dims);
  const isWhole = WEIGHT_OPERANDS.has(node.opType) || NORMS.has(node.opType);
  return isNumber && (count > 1 || isWhole) ? count : 0;
}

/** Numbers stored inside a sub-graph and the graphs in it. What they are for is not looked at: a lone one is a setting. */
function storedIn(graph: GraphProto): number {
  const constants = graph.node.flatMap(({ opType, attribute }) =>
    opType === 'Constant' ? attribute.flatMap(({ t }) => t ?? []) : [],
  );
  const counts = [...graph.initializer, ...constants]
    .filter(({ dataType }) => FLOAT_DATA_TYPES.has(dataType))
    .map(({ dims }) => elementCount(dims.map(Number)))
    .filter((count) => count > 1);
  return sum(counts);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
