import type { GraphView } from '@espalier/onnx';
import { constantForm, elementCount } from '../constants.js';
import type { FilterGroup, SliceRole, WeightSlice } from '../filters/group.js';
import { nodeWeights } from '../weights.js';

/** The numbers of one weight tensor that filters have a part in. */
export interface SliceValues {
  readonly node: string;
  /** Where the numbers are, as what they stand for: those of the stored tensor, or of one run of a filled one. */
  readonly values: Float32Array;
  /** How many entries along the axis go with the filter; 0 where this layer has no part in it. */
  readonly channelsOf: (filter: number) => number;
  /** How many numbers go with one such entry. */
  readonly perChannel: number;
  /** Calls `visit` with the start and end in `values` of every run of neighbours that belongs to the filter. */
  readonly visit: (filter: number, visit: (start: number, end: number) => void) => void;
}

/**
 * The weights of a group in one role, in the order of its slices: matrices and filters only, no biases nor other vectors.
 * A text says why they cannot be read.
 */
export function weightSlices(graph: GraphView, group: FilterGroup, role: SliceRole): readonly SliceValues[] | string {
  const slices: SliceValues[] = [];
  for (const slice of group.slices) {
    if (slice.role !== role || (constantForm(graph, slice.tensor)?.dims.length ?? 0) < 2) continue;
    const values = sliceValues(graph, slice);
    if (typeof values === 'string') return values;
    slices.push(values);
  }
  return slices;
}

/** The numbers behind one slice, quantised ones as what they stand for; a text says why they cannot be read. */
export function sliceValues(graph: GraphView, slice: WeightSlice): SliceValues | string {
  const form = constantForm(graph, slice.tensor);
  if (!form) return `weights that are not stored at node ${JSON.stringify(slice.node)}`;
  const { dims } = form;
  const outer = elementCount(dims.slice(0, slice.axis));
  const inner = elementCount(dims.slice(slice.axis + 1));
  const length = dims[slice.axis] ?? 1;
  const common = {
    node: slice.node,
    channelsOf: (filter: number) => slice.indicesOf(filter).length,
    perChannel: outer * inner,
  };
  if (form.source.kind === 'filled') return { ...common, ...filledRuns(slice, form.source.value, { outer, inner }) };
  const values = form.elementType.includes('int') ? dequantised(graph, slice, dims) : form.source.tensor.toFloat32();
  if (typeof values === 'string') return values;
  return {
    ...common,
    values,
    visit: (filter, visit) => {
      for (const index of slice.indicesOf(filter)) {
        for (let row = 0; row < outer; row++) {
          const start = (row * length + index) * inner;
          visit(start, start + inner);
        }
      }
    },
  };
}

/** Runs of a tensor that a ConstantOfShape fills: all are equal, so that one stands for them and nothing is written out. */
function filledRuns(
  slice: WeightSlice,
  value: number,
  { outer, inner }: { outer: number; inner: number },
): Pick<SliceValues, 'values' | 'visit'> {
  return {
    values: new Float32Array(inner).fill(value),
    visit: (filter, visit) => {
      const runs = outer * slice.indicesOf(filter).length;
      for (let run = 0; run < runs; run++) visit(0, inner);
    },
  };
}

/** Stored integers say nothing without their scale, which the node that uses them knows. */
function dequantised(
  graph: GraphView,
  { node: name, tensor }: WeightSlice,
  dims: readonly number[],
): Float32Array | string {
  const node = graph.nodeNamed(name);
  const weights = node && nodeWeights(graph, node);
  if (weights?.kind === 'unreadable') return weights.reason;
  const [only, ...others] = weights?.tensors ?? [];
  if (others.length > 0 || !(only?.values instanceof Float32Array) || only.values.length !== elementCount(dims))
    return `integer weights ${JSON.stringify(tensor)} at node ${JSON.stringify(name)}`;
  return only.values;
}
