import type { GraphView } from '@espalier/onnx';
import type { FilterGroup } from '../filters/group.js';
import { filterNorms } from './norms.js';
import { sliceValues } from './slice-values.js';

/**
 * Mean |γ| of every filter over the batch normalisations that its channel passes, as network slimming ranks channels
 * (arXiv 1708.06519; it has one norm per layer, the mean over coupled ones is ours). A text says why there is none.
 */
export function normScales(graph: GraphView, group: FilterGroup): Float64Array | string {
  const sums = new Float64Array(group.filters);
  let norms = 0;
  for (const slice of group.slices) {
    const node = graph.nodeNamed(slice.node);
    if (node?.opType !== 'BatchNormalization' || node.inputs[1] !== slice.tensor) continue;
    const scales = sliceValues(graph, slice);
    if (typeof scales === 'string') return scales;
    const absolute = filterNorms([scales], group.filters, 'l1');
    for (const [filter, sum] of absolute.entries()) sums[filter] = (sums[filter] ?? 0) + sum / scales.perFilter;
    norms++;
  }
  return norms > 0 ? sums.map((sum) => sum / norms) : 'no batch normalisation scales its channels';
}
