import type { GraphNode } from '@espalier/onnx';
import type { Trace } from '../trace.js';

/** What a node does to channels: reads the axes of its operands, sets those of its outputs. */
export type Rule = (node: GraphNode, trace: Trace) => void;

/** Rules by operator type. */
export type Rules = Readonly<Record<string, Rule>>;

/** An axis counted from the front. */
export function fromFront(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
