import { type ConstantData, constantData, type GraphView, heValues } from '@espalier/onnx';
import { constantForm, elementCount } from './constants.js';
import { PruningError } from './errors.js';
import { NEW } from './widths/change.js';
import type { Rebuilt } from './widths/effect.js';

/** A weight that a removal made anew, since what it reads has another width: a training job must train it. */
export interface Reinitialised {
  readonly tensor: string;
  /** The node that reads it. */
  readonly node: string;
  /** Shape before. */
  readonly from: readonly number[];
  /** Shape after. */
  readonly to: readonly number[];
  /** Input channels that were there before and keep their numbers; absent where all are new. */
  readonly kept?: number;
}

/** Seed of the weights that a removal makes anew, where none is given. */
export const DEFAULT_SEED = 1;

/** What is told about a weight that is made anew. */
export function reinitialisedOf(graph: GraphView, rebuilt: Rebuilt): Reinitialised {
  const { tensor, node, from, to } = rebuilt;
  const kept =
    storedForm(graph, rebuilt) !== undefined ? rebuilt.change.origins.filter((origin) => origin !== NEW).length : 0;
  return { tensor, node, from, to, ...(kept > 0 && { kept }) };
}

/**
 * The weight for the channels that arrive. Channels that were there before keep their numbers; the others get values as He
 * et al. initialise layers (arXiv 1502.01852): variance 2 / fan-in, from the seed and the weight's name alone. LayerPrune's
 * paper (arXiv 2007.05667) removes layers of VGG whose width differs, but neither it nor its code shows how; this is our
 * reading.
 * @throws PruningError `block-not-removable` where a file's shapes contradict each other
 */
export function newWeight(graph: GraphView, rebuilt: Rebuilt, seed: number): ConstantData {
  const { tensor, to, fanIn, elementType, change } = rebuilt;
  const values = heValues(seed, tensor, { length: elementCount(to), fanIn });
  const form = storedForm(graph, rebuilt);
  if (form !== undefined && to[change.axis] !== change.origins.length) {
    throw new PruningError('block-not-removable', `the widths around weight ${tensor} contradict each other`);
  }
  if (form !== undefined) copyKept(form, values, rebuilt);
  if (elementType === 'float16') return constantData(to, values, { as: 'float16' });
  return constantData(to, elementType === 'float64' ? Float64Array.from(values) : values);
}

/** The numbers before, where they are stored as they are read. */
function storedForm(graph: GraphView, { tensor, change }: Rebuilt): Float32Array | number | undefined {
  if (change.origins.every((origin) => origin === NEW)) return undefined;
  const source = constantForm(graph, tensor)?.source;
  return source?.kind === 'stored' ? source.tensor.toFloat32() : source?.value;
}

/** Copies the slices of the input channels that were there before. */
function copyKept(before: Float32Array | number, values: Float32Array, { from, to, change }: Rebuilt): void {
  const { axis, origins } = change;
  const outer = elementCount(to.slice(0, axis));
  const inner = elementCount(to.slice(axis + 1));
  const [width, widthBefore] = [to[axis] ?? 0, from[axis] ?? 0];
  for (let block = 0; block < outer; block++) {
    for (const [channel, origin] of origins.entries()) {
      if (origin === NEW) continue;
      const start = (block * width + channel) * inner;
      const startBefore = (block * widthBefore + origin) * inner;
      if (typeof before === 'number') values.fill(before, start, start + inner);
      else values.set(before.subarray(startBefore, startBefore + inner), start);
    }
  }
}
