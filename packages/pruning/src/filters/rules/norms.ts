import type { GraphNode } from '@espalier/onnx';
import type { Axis } from '../channels.js';
import { quoted, type Trace } from '../trace.js';
import { handOn } from './elementwise.js';
import { fromFront, type Rule, type Rules } from './rule.js';

const reasonOf = (node: GraphNode): string => `scaled together with channels that stay, at node ${quoted(node.name)}`;

/** Ties a vector of numbers to the channels that it scales or shifts. */
function scaleBy(node: GraphNode, trace: Trace, scale: Scale): void {
  const { operand, axis = 0, channels, isTrained = true } = scale;
  const tensor = node.inputs[operand] ?? '';
  if (tensor === '' || (trace.dimsOf(tensor)?.[axis] ?? 1) === 1) return;
  trace.use(node, operand, { axis, role: 'scales', isTrained });
  trace.channels.tieAxes(channels, trace.axisOf(tensor, axis), reasonOf(node));
}

interface Scale {
  readonly operand: number;
  /** Of the vector; the first one when absent. */
  readonly axis?: number;
  readonly channels: Axis;
  readonly isTrained?: boolean;
}

/** γ, β, and the mean and variance that were seen in training. */
const batchNorm: Rule = (node, trace) => {
  const channels = trace.axisOf(node.inputs[0] ?? '', 1);
  for (const operand of [1, 2, 3, 4]) scaleBy(node, trace, { operand, channels, isTrained: operand < 3 });
  trace.setAxes(node.outputs[0] ?? '', trace.axesOf(node.inputs[0] ?? ''));
};

const instanceNorm: Rule = (node, trace) => {
  const channels = trace.axisOf(node.inputs[0] ?? '', 1);
  for (const operand of [1, 2]) scaleBy(node, trace, { operand, channels });
  handOn(node, trace);
};

/** The statistics are those of all channels together, from `axis` on. */
const layerNorm: Rule = (node, trace) => {
  const axes = trace.axesOf(node.inputs[0] ?? '');
  const rank = trace.dimsOf(node.inputs[0] ?? '')?.length ?? 0;
  const first = fromFront(node.attribute('axis')?.int ?? -1, rank);
  for (let axis = first; axis < rank; axis++) {
    for (const operand of [1, 2]) scaleBy(node, trace, { operand, axis: axis - first, channels: axes[axis] });
    trace.mixes(node, axes[axis]);
  }
  trace.setAxes(node.outputs[0] ?? '', axes);
};

/** onnxruntime's fused x + skip and layer norm: γ, β and a bias along the last axis. */
const skipLayerNorm: Rule = (node, trace) => {
  const [x = '', skip = ''] = node.inputs;
  const reason = reasonOf(node);
  const axes = trace.axesOf(x).map((axis, index) => trace.channels.tieAxes(axis, trace.axisOf(skip, index), reason));
  const channels = axes.at(-1);
  for (const operand of [2, 3, 4]) scaleBy(node, trace, { operand, channels });
  trace.mixes(node, channels);
  trace.setAxes(node.outputs[0] ?? '', axes);
  trace.setAxes(node.outputs[3] ?? '', axes);
};

/** Every group of neighbouring channels has its own statistics and gives up the channel at the same place. */
const groupNorm: Rule = (node, trace) => {
  const axes = trace.axesOf(node.inputs[0] ?? '');
  const channels = axes[1];
  const groups = node.attribute('num_groups')?.int ?? 1;
  const perGroup = (channels?.length ?? 0) / groups;
  for (const [entry, channel] of (channels ?? []).entries()) {
    trace.channels.tie(channel, channels?.[entry % perGroup] ?? -1, reasonOf(node));
  }
  trace.mixes(node, channels);
  const scales = trace.dimsOf(node.inputs[1] ?? '')?.[0] ?? 0;
  if (scales === channels?.length) for (const operand of [1, 2]) scaleBy(node, trace, { operand, channels });
  trace.setAxes(node.outputs[0] ?? '', axes);
};

/** Over neighbouring channels. */
const localResponse: Rule = (node, trace) => {
  trace.mixes(node, trace.axisOf(node.inputs[0] ?? '', 1));
  handOn(node, trace);
};

const meanVariance: Rule = (node, trace) => {
  const axes = trace.axesOf(node.inputs[0] ?? '');
  for (const axis of node.attribute('axes')?.ints ?? [0, 2, 3]) trace.mixes(node, axes[fromFront(axis, axes.length)]);
  handOn(node, trace);
};

/** Scales and zero points lie along an axis, or there is one of each. */
const quantise: Rule = (node, trace) => {
  if (node.attribute('block_size')?.int) {
    trace.refuse(node, 'quantised in blocks at node');
    return;
  }
  const axes = trace.axesOf(node.inputs[0] ?? '');
  const channels = axes[fromFront(node.attribute('axis')?.int ?? 1, axes.length)];
  for (const operand of [1, 2]) scaleBy(node, trace, { operand, channels, isTrained: false });
  trace.setAxes(node.outputs[0] ?? '', axes);
};

export const NORM_RULES: Rules = {
  BatchNormalization: batchNorm,
  InstanceNormalization: instanceNorm,
  LayerNormalization: layerNorm,
  RMSNormalization: layerNorm,
  SimplifiedLayerNormalization: layerNorm,
  SkipLayerNormalization: skipLayerNorm,
  SkipSimplifiedLayerNormalization: skipLayerNorm,
  GroupNormalization: groupNorm,
  LRN: localResponse,
  MeanVarianceNormalization: meanVariance,
  LpNormalization: handOn,
  QuantizeLinear: quantise,
  DequantizeLinear: quantise,
};
