import { OnnxError } from '@espalier/onnx';
import type { TensorShapes } from './block.js';

/** Weights of a layer reach 10^8; a file may declare any number for a tensor whose bytes are elsewhere, or computed. */
const MOST_ELEMENTS = 2 ** 28;

/** The channels of all layers of a language model are some 10^6. */
const MOST_CHANNELS = 2 ** 23;

/** Whether a tensor may have these dims: only then is memory set aside for it. */
export function isPlausible(dims: readonly number[]): boolean {
  return (
    dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0) &&
    dims.reduce((product, dim) => product * Math.max(dim, 1), 1) <= MOST_ELEMENTS
  );
}

/** The shapes without those that no run can have had: what is not known of a tensor does no harm. */
export function plausibleShapes(shapes: TensorShapes): TensorShapes {
  const absurd = [...shapes].filter(([, { dims }]) => !isPlausible(dims)).map(([name]) => name);
  if (absurd.length === 0) return shapes;
  const left = new Map(shapes);
  for (const name of absurd) left.delete(name);
  return left;
}

/** @throws OnnxError `model-too-large` for more channels than memory should be set aside for */
export function assertFewChannels(count: number): void {
  if (count >= 0 && count <= MOST_CHANNELS) return;
  throw new OnnxError('model-too-large', `the model has more than ${MOST_CHANNELS} channels`, {
    hint: 'a tensor with absurd dims is the usual reason',
  });
}
