import type { ElementType, GraphNode, GraphView } from '@espalier/onnx';
import type { TensorShapes } from '../block.js';
import { constantDims, constantForm, elementCount } from '../constants.js';
import { isPlausible } from '../plausible.js';
import { weightOperands } from '../weighted.js';
import { changedDims, type WidthChange } from './change.js';
import { refuses, type WidthEffect } from './effect.js';

/** What weights can be made of. */
const NUMBERS: ReadonlySet<ElementType> = new Set(['float32', 'float16', 'float64']);

/** Where a weighted node reads data, and which axes of the data and of the weights are its input channels. */
interface InputSide {
  readonly data: number;
  readonly weights: number;
  readonly dataAxis: number;
  readonly weightAxis: number;
}

/**
 * The weight of a convolution or linear layer with other input channels: what a node does about data of another width. Only
 * plain, unshared weights of one group can be made anew.
 */
export function rebuildInputSide(
  { graph, shapes }: { graph: GraphView; shapes: TensorShapes },
  node: GraphNode,
  { operand, change }: { operand: number; change: WidthChange },
): WidthEffect {
  const label = `node ${JSON.stringify(node.name)}`;
  const weight = node.inputs[weightOperands(graph, node)[0] ?? -1] ?? '';
  const from = constantDims(graph, weight);
  const side = inputSideOf(node, {
    dataRank: shapes.get(node.inputs[operand] ?? '')?.dims.length,
    weightRank: from?.length,
  });
  if (
    !from ||
    !isPlausible(from) ||
    !side ||
    node.inputs[side.weights] !== weight ||
    operand !== side.data ||
    change.axis !== side.dataAxis
  ) {
    return refuses(`${label} (${node.opType}) does not read it as channels`);
  }
  if ((node.attribute('group')?.int ?? 1) !== 1) return refuses(`${label} works on groups of its channels`);
  const elementType = plainType(graph, shapes, weight);
  if (!elementType) return refuses(`the weight of ${label} is quantised or computed`);
  const sharing = graph.consumersOf(weight).find(({ index }) => index !== node.index);
  if (sharing) return refuses(`the weight of ${label} is that of node ${JSON.stringify(sharing.name)} too`);
  const inputs = { axis: side.weightAxis, origins: change.origins };
  const to = changedDims(from, inputs);
  const outAxis = 1 - side.weightAxis;
  const fanIn = elementCount(to) / (to[outAxis] ?? 1);
  return {
    kind: 'rebuilds',
    rebuilt: { tensor: weight, node: node.name, from, to, change: inputs, fanIn, elementType },
  };
}

function inputSideOf(
  node: GraphNode,
  { dataRank = 0, weightRank = 0 }: { dataRank: number | undefined; weightRank: number | undefined },
): InputSide | undefined {
  const isTurned = (name: string): boolean => (node.attribute(name)?.int ?? 0) !== 0;
  switch (node.opType) {
    case 'Conv':
    case 'FusedConv':
      return { data: 0, weights: 1, dataAxis: 1, weightAxis: 1 };
    case 'ConvTranspose':
      return { data: 0, weights: 1, dataAxis: 1, weightAxis: 0 };
    case 'Gemm':
    case 'FusedGemm':
      if (isTurned('transA')) return undefined;
      return { data: 0, weights: 1, dataAxis: 1, weightAxis: isTurned('transB') ? 1 : 0 };
    case 'MatMul':
      return weightRank === 2 ? { data: 0, weights: 1, dataAxis: dataRank - 1, weightAxis: 0 } : undefined;
    default:
      return undefined;
  }
}

/** The type of a weight that is a stored or filled constant, perhaps turned; undefined for any other. */
function plainType(graph: GraphView, shapes: TensorShapes, weight: string): ElementType | undefined {
  let type: ElementType | undefined;
  for (let name = weight; ; ) {
    const form = constantForm(graph, name);
    if (form) {
      type ??= form.elementType;
      return NUMBERS.has(type) ? type : undefined;
    }
    const node = graph.producerOf(name);
    if (!node || !['Identity', 'Cast', 'Transpose'].includes(node.opType)) return undefined;
    type ??= shapes.get(name)?.elementType;
    name = node.inputs[0] ?? '';
  }
}
