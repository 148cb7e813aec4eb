import { type ConstantData, editGraph, type OnnxModel, type TensorView } from '@espalier/onnx';
import type { FilterGroup } from './group.js';

/**
 * The model with the filters that would go masked in place of removed: all weights that make them, scale them and read
 * them are zero. It computes what the pruned model computes, unless one of the groups has `mixedBy`; a training job can go
 * on from it. Weights that a node fills in place of storing them cannot be masked and stay as they are.
 */
export function maskFilters(
  model: OnnxModel,
  groups: readonly FilterGroup[],
  keep: ReadonlyMap<string, readonly number[]>,
): OnnxModel {
  const setConstants = new Map<string, ConstantData>();
  for (const { name, filters, slices } of groups) {
    const list = keep.get(name);
    if (!list) continue;
    const kept = new Set(list);
    for (const { tensor, axis, indicesOf } of slices) {
      const stored = model.graph.constantTensor(tensor);
      if (!stored) continue;
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
