import type { ConstantData, ElementType, GraphNode } from '@espalier/onnx';
import type { WidthChange } from './change.js';
import type { Dims } from './dims.js';

/** A weight to be made anew, since what it reads has another width. */
export interface Rebuilt {
  /** The weight, as the node reads it. */
  readonly tensor: string;
  readonly node: string;
  readonly from: Dims;
  readonly to: Dims;
  /** Its input channels. What they were before keeps its numbers. */
  readonly change: WidthChange;
  /** Numbers that one filter reads. */
  readonly fanIn: number;
  readonly elementType: ElementType;
}

/** What another width of something that a node reads means to the node. */
export type WidthEffect =
  /** Its outputs change as well; a constant that spells a size must be another one. */
  | {
      readonly kind: 'passes';
      readonly change: WidthChange;
      readonly constant?: { tensor: string; data: ConstantData };
    }
  /** Its output stays as it is, with a weight made anew. */
  | { readonly kind: 'rebuilds'; readonly rebuilt: Rebuilt }
  /** Its output is the same, or a shape that says what it should; `shaped` are the nodes that work by that shape. */
  | { readonly kind: 'ignores'; readonly shaped: readonly GraphNode[] }
  /** It cannot take it. */
  | { readonly kind: 'refuses'; readonly reason: string };

/** An effect that cannot be, with the reason. */
export function refuses(reason: string): WidthEffect {
  return { kind: 'refuses', reason };
}
