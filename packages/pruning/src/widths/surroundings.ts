import type { GraphView } from '@espalier/onnx';
import type { TensorShapes } from '../block.js';
import type { WidthChange } from './change.js';
import type { Dims } from './dims.js';

/** What the effects of changed widths are worked out from. */
export interface Surroundings {
  readonly graph: GraphView;
  readonly shapes: TensorShapes;
  /** Dims of a tensor in the traced run; undefined for one that was not traced. */
  readonly dimsOf: (tensor: string) => Dims | undefined;
  /** How a tensor is read otherwise than before; a string tells why that cannot be said. */
  readonly changeOf: (tensor: string) => WidthChange | string | undefined;
}
