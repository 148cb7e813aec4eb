import { elementTypeNamed } from '@espalier/onnx';
import type { TensorShapes } from '@espalier/pruning';
import type { ModelTrace } from '@espalier/store';

/** A trace as it is stored. */
export function storedTrace(inputs: Readonly<Record<string, readonly number[]>>, shapes: TensorShapes): ModelTrace {
  return {
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, dims]) => [name, [...dims]])),
    shapes: Object.fromEntries(
      [...shapes].map(([name, { elementType, dims }]) => [name, { elementType, dims: [...dims] }]),
    ),
  };
}

/** A stored trace as packages/pruning reads it. */
export function tensorShapesOf({ shapes }: ModelTrace): TensorShapes {
  return new Map(
    Object.entries(shapes).map(([name, { elementType, dims }]) => [
      name,
      { elementType: elementTypeNamed(elementType), dims },
    ]),
  );
}
