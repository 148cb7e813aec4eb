import type { GraphView } from '@espalier/onnx';
import type { FilterGroup } from '../filters/group.js';
import { meanOverLayers } from './norms.js';
import { type SliceValues, sliceValues } from './slice-values.js';

/**
 * Mean |γ| of every filter over the batch normalisations that its channel passes, as network slimming ranks channels
 * (arXiv 1708.06519; it has one norm per layer, the mean over coupled ones is ours). A text says why there is none.
 */
export function normScales(graph: GraphView, group: FilterGroup): Float64Array | string {
  const norms: SliceValues[] = [];
  for (const slice of group.slices) {
    const node = graph.nodeNamed(slice.node);
    if (node?.opType !== 'BatchNormalization' || node.inputs[1] !== slice.tensor) continue;
    const scales = sliceValues(graph, slice);
    if (typeof scales === 'string') return scales;
    norms.push(scales);
  }
  if (norms.length === 0) return 'no batch normalisation scales its channels';
  return meanOverLayers(norms, group.filters, ({ values, channelsOf, visit }, filter) => {
    let sum = 0;
    visit(filter, (start) => {
      sum += Math.abs(values[start] ?? 0);
    });
    return sum / channelsOf(filter);
  });
}
