import type { GraphView } from '@espalier/onnx';
import type { TensorShapes } from '../block.js';
import { constantDims } from '../constants.js';

export type Dims = readonly number[];

/** Reads the dims of any tensor: as traced, or those of a constant. */
export function tracedDims(graph: GraphView, shapes: TensorShapes): (tensor: string) => Dims | undefined {
  return (tensor) => shapes.get(tensor)?.dims ?? constantDims(graph, tensor);
}

/** Whether two lists of dims are the same. */
export function isSameDims(a: Dims, b: Dims): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** The one axis along which two lists of dims differ; undefined where they differ otherwise, or not at all. */
export function changedAxis(before: Dims, after: Dims): number | undefined {
  if (before.length !== after.length) return undefined;
  const changed = before.flatMap((dim, axis) => (dim === after[axis] ? [] : [axis]));
  return changed.length === 1 ? changed[0] : undefined;
}

/** Dims with another size along one axis. */
export function resized(dims: Dims, axis: number, size: number): Dims {
  return dims.map((dim, index) => (index === axis ? size : dim));
}
