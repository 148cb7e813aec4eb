import type { GraphNode } from '@espalier/onnx';
import { nodesOf, normsBehind, scoredLayers, weightOperands } from '@espalier/pruning';
import type { Scene } from './criterion.js';
import type { BlockSites, FactorSite } from './factors.js';

/** The axis of a layer's output that holds its filters; `undefined` where that is not known. */
export function filterAxis({ opType }: GraphNode, weightOperand: number, rank: number): number | undefined {
  switch (opType) {
    case 'Conv':
    case 'FusedConv':
    case 'ConvTranspose':
    case 'DeformConv':
      return 1;
    case 'Gemm':
    case 'FusedGemm':
    case 'MatMul':
    case 'FusedMatMul':
      return weightOperand === 1 ? rank - 1 : undefined;
    default:
      return undefined;
  }
}

/** The tensor behind a layer's bias, where the bias is an addition of its own. */
function behindBias({ model: { graph } }: Scene, inside: ReadonlySet<number>, tensor: string): string {
  const [reader, ...others] = graph.consumersOf(tensor);
  if (reader === undefined || others.length > 0 || reader.opType !== 'Add' || !inside.has(reader.index)) return tensor;
  const other = reader.inputs.find((input) => input !== tensor);
  return other !== undefined && graph.isConstant(other) ? (reader.outputs[0] ?? tensor) : tensor;
}

/**
 * The gates of every block: one per filter of each scored layer, behind the batch normalisation that follows it, or where
 * none does, behind the layer and its bias; always before the activation.
 */
export function gateSites(scene: Scene): readonly BlockSites[] {
  const { model, shapes, blocks, spec } = scene;
  const { graph } = model;
  return blocks.map((block): BlockSites => {
    const inside = new Set(nodesOf(graph, block).map(({ index }) => index));
    const sites = scoredLayers(graph, block, spec.reduction).flatMap((layer): FactorSite[] => {
      const [norm] = normsBehind(graph, block, [layer]);
      const [made = ''] = layer.outputs;
      const tensor = norm?.outputs[0] ?? behindBias(scene, inside, made);
      const shape = shapes.get(tensor);
      const [operand = -1] = weightOperands(graph, layer);
      const axis = shape && filterAxis(layer, operand, shape.dims.length);
      if (shape === undefined || axis === undefined) return [];
      const filters = shape.dims[axis] ?? 0;
      const dims = shape.dims.map((_, each) => (each === axis ? filters : 1));
      return [{ tensor, elementType: shape.elementType, dims, filters }];
    });
    return { index: block.index, sites: sites.length > 0 ? sites : 'it has no layer whose filters could be gated' };
  });
}
