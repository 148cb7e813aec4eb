import { type ConstantData, constantData, heValues } from '@espalier/onnx';
import { elementCount } from './constants.js';
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
}

/** Seed of the weights that a removal makes anew, where none is given. */
export const DEFAULT_SEED = 1;

/**
 * New values for a weight, as He et al. initialise layers (arXiv 1502.01852): variance 2 / fan-in. LayerPrune's paper
 * (arXiv 2007.05667) removes layers of VGG whose width differs, but neither it nor its code shows how; this is our reading.
 */
export function newWeight({ tensor, to, fanIn, elementType }: Rebuilt, seed: number): ConstantData {
  const values = heValues(seed, tensor, { length: elementCount(to), fanIn });
  if (elementType === 'float16') return constantData(to, values, { as: 'float16' });
  return constantData(to, elementType === 'float64' ? Float64Array.from(values) : values);
}
