import type { GraphView } from '@espalier/onnx';
import type { FilterGroup } from '../filters/group.js';
import { normScales } from './bn-scale.js';
import { filterNorms } from './norms.js';
import { weightSlices } from './slice-values.js';

/**
 * Dependency-aware filter importance: |γ| × ‖w‖₂ over the weights of the next layer that read the channel. Our reading of
 * arXiv 2005.02634, of which only the abstract could be read: a norm's scale is multiplied by how much the layers behind
 * depend on the channel. Where several layers read it, the mean of the squared norms counts. A text says why there is none.
 */
export function dependencyScores(graph: GraphView, group: FilterGroup): Float64Array | string {
  const scales = normScales(graph, group);
  if (typeof scales === 'string') return scales;
  const readers = weightSlices(graph, group, 'reads');
  if (typeof readers === 'string') return readers;
  if (readers.length === 0) return 'no layer with weights reads its channels';
  const squares = filterNorms(readers, group.filters, 'l2');
  return scales.map((scale, filter) => scale * Math.sqrt(squares[filter] ?? 0));
}
