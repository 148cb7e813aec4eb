import type { ConstantData, TensorView } from '@espalier/onnx';

/** Entries that stay along each axis; undefined: all of them. */
export type KeptEntries = readonly (readonly number[] | undefined)[];

/** The constant with some entries only. What stays is copied byte by byte. */
export function slicedTensor(tensor: TensorView, kept: KeptEntries): ConstantData {
  const raw = tensor.rawBytes();
  const dims = tensor.dims.map((dim, axis) => kept[axis]?.length ?? dim);
  const elementBytes = raw.length / Math.max(1, tensor.elementCount);
  const target = new Uint8Array(dims.reduce((product, dim) => product * dim, 1) * elementBytes);
  const last = kept.findLastIndex((entries) => entries !== undefined);
  const runBytes = tensor.dims.slice(last + 1).reduce((product, dim) => product * dim, elementBytes);
  let written = 0;
  const copy = (axis: number, index: number): void => {
    if (axis > last) {
      const start = index * runBytes;
      target.set(raw.subarray(start, start + runBytes), written);
      written += runBytes;
      return;
    }
    const dim = tensor.dims[axis] ?? 1;
    const entries = kept[axis];
    const count = entries?.length ?? dim;
    for (let entry = 0; entry < count; entry++) copy(axis + 1, index * dim + (entries?.[entry] ?? entry));
  };
  copy(0, 0);
  return { elementType: tensor.elementType, dims, raw: target };
}
