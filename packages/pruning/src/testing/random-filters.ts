import { type ConstantData, editGraph, type OnnxModel, type TensorView } from '@espalier/onnx';
import type { FilterGroup, WeightSlice } from '../filters/group.js';
import { withNeeds } from '../filters/needs.js';

/** Filters to keep of some of the groups that can be pruned, drawn at random; about `share` of them stay. */
export function randomKeep(
  groups: readonly FilterGroup[],
  random: () => number,
  share: number,
): Map<string, readonly number[]> {
  const keep = new Map<string, readonly number[]>();
  for (const group of groups) {
    if (!group.prunable || random() < 0.2) continue;
    const drawn = Array.from({ length: group.filters }, (_, filter) => filter).filter(() => random() < share);
    const some = drawn.length > 0 ? drawn : [Math.floor(random() * group.filters)];
    keep.set(group.name, withNeeds(group, some));
  }
  return keep;
}

/**
 * The model with all weights of the filters that would go set to zero: those that make them, scale them and read them.
 * Weights that are filled and not stored cannot be, and are left as they are.
 */
export function withZeros(
  model: OnnxModel,
  groups: readonly FilterGroup[],
  keep: ReadonlyMap<string, readonly number[]>,
  roles: readonly WeightSlice['role'][] = ['makes', 'scales', 'reads'],
): OnnxModel {
  const setConstants = new Map<string, ConstantData>();
  for (const { name, filters, slices } of groups) {
    const kept = new Set(keep.get(name) ?? Array.from({ length: filters }, (_, filter) => filter));
    for (const { tensor, axis, role, indicesOf } of slices) {
      const stored = model.graph.constantTensor(tensor);
      if (!stored || !roles.includes(role)) continue;
      const data = setConstants.get(tensor) ?? copyOf(stored);
      for (let filter = 0; filter < filters; filter++) {
        if (!kept.has(filter)) for (const index of indicesOf(filter)) clear(data, axis, index);
      }
      setConstants.set(tensor, data);
    }
  }
  return editGraph(model, { setConstants });
}

function copyOf(tensor: TensorView): ConstantData {
  return { elementType: tensor.elementType, dims: tensor.dims, raw: Uint8Array.from(tensor.rawBytes()) };
}

function clear({ dims, raw }: ConstantData, axis: number, index: number): void {
  const rows = dims.slice(0, axis).reduce((product, dim) => product * dim, 1);
  const rowBytes = raw.length / rows;
  const entryBytes = rowBytes / (dims[axis] ?? 1);
  for (let row = 0; row < rows; row++) {
    raw.fill(0, row * rowBytes + index * entryBytes, row * rowBytes + (index + 1) * entryBytes);
  }
}
