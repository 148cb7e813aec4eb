import { CONVOLUTIONS } from './operators.js';
import type { Span } from './region-tree.js';
import { type Search, shapeAt } from './search.js';
import { lastNode } from './span-kind.js';

/** What a convolution does to the channels and to space. */
export interface ConvolutionForm {
  readonly channelsIn: number;
  readonly channelsOut: number;
  /** Every filter sees one channel: it mixes space, and cannot mix channels. */
  readonly isDepthwise: boolean;
  /** Every filter sees one position: it mixes channels, and cannot mix space. */
  readonly isPointwise: boolean;
}

/** The form of the convolution that a span consists of; undefined for anything else. */
export function convolutionForm(search: Search, span: Span): ConvolutionForm | undefined {
  const node = span.operations.length === 1 ? lastNode(search, span) : undefined;
  if (!node || !CONVOLUTIONS.has(node.opType)) return undefined;
  const channelsIn = shapeAt(search, span.input)?.dims[1];
  const channelsOut = shapeAt(search, span.output)?.dims[1];
  if (channelsIn === undefined || channelsOut === undefined) return undefined;
  const group = node.attribute('group')?.int ?? 1;
  const [, , ...filter] = search.flow.graph.constantTensor(node.inputs[1] ?? '')?.dims ?? [];
  const kernel = node.attribute('kernel_shape')?.ints ?? filter;
  return {
    channelsIn,
    channelsOut,
    isDepthwise: group > 1 && group === channelsIn,
    isPointwise: kernel.length > 0 && kernel.every((size) => size === 1),
  };
}
