import { scoredLayers, weightOperands } from '@espalier/pruning';
import type { Scene } from './criterion.js';
import type { BlockSites, FactorSite } from './factors.js';
import { filterAxis } from './gate-sites.js';

/** The weights of every block: one factor per weight of each scored layer, biases aside. */
export function weightSites({ model: { graph }, shapes, blocks, spec }: Scene): readonly BlockSites[] {
  return blocks.map((block): BlockSites => {
    const sites = scoredLayers(graph, block, spec.reduction).flatMap((layer) =>
      weightOperands(graph, layer).flatMap((operand): FactorSite[] => {
        const tensor = layer.inputs[operand] ?? '';
        const weights = graph.constantTensor(tensor) ?? shapes.get(tensor);
        const output = shapes.get(layer.outputs[0] ?? '');
        const axis = output && filterAxis(layer, operand, output.dims.length);
        if (weights === undefined || output === undefined || axis === undefined) return [];
        return [{ tensor, elementType: weights.elementType, dims: weights.dims, filters: output.dims[axis] ?? 0 }];
      }),
    );
    return { index: block.index, sites: sites.length > 0 ? sites : 'it has no weights that could be scaled' };
  });
}
