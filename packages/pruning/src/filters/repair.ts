import type { AttributeValue, GraphNode } from '@espalier/onnx';
import type { Axis } from './channels.js';

/** Which channels stay. */
export interface Survivors {
  keeps(channel: number): boolean;
  /** How many entries of an axis stay. */
  count(axis: Int32Array): number;
}

interface RepairBase {
  readonly node: GraphNode;
  /** Channels that cannot go where the repair is not possible. */
  readonly channels: readonly Axis[];
}

/** An operand that says how long an axis is, or where it is cut: a shape, bounds, sizes, indices. */
export interface OperandRepair extends RepairBase {
  readonly kind: 'operand';
  readonly operand: number;
  /**
   * The values that the node needs, from those that it would get (the same where nothing is wrong) and those that it got
   * in the whole model.
   */
  wanted(current: readonly number[], survivors: Survivors, original: readonly number[]): readonly number[];
}

/** Attributes that say so. */
export interface AttributeRepair extends RepairBase {
  readonly kind: 'attributes';
  wanted(survivors: Survivors): ReadonlyMap<string, AttributeValue | undefined>;
}

/** What has to change in a node when channels go, besides its weights. */
export type Repair = OperandRepair | AttributeRepair;
