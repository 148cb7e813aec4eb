import type { GraphNode } from '@espalier/onnx';
import type { Axis } from '../channels.js';
import { quoted, type Trace } from '../trace.js';
import type { Rule, Rules } from './rule.js';

/** How the channels of a grouped convolution can go. */
type Grouping = 'none' | 'whole-groups' | 'inside-groups';

/**
 * With few channels in many groups, whole groups go (a depthwise convolution is the limit: one channel each). With many
 * channels in few groups, every group gives up the channel at the same place.
 */
export function groupingOf(groups: number, perGroup: number): Grouping {
  if (groups === 1) return 'none';
  return perGroup < groups ? 'whole-groups' : 'inside-groups';
}

interface Sides {
  /** Channels that the convolution reads. */
  readonly read: Axis;
  /** Axis of the weights for the channels that are read: all of them, or those of one group. */
  readonly weightIn: number;
  /** Axis of the weights for the channels that are made: all of them, or those of one group. */
  readonly weightOut: number;
  readonly groups: number;
  readonly reason: string;
}

const convolution: Rule = (node, trace) => {
  const groups = node.attribute('group')?.int ?? 1;
  const [x = '', w = ''] = node.inputs;
  const [, perGroup = 0] = trace.dimsOf(w) ?? [];
  const sides = { read: trace.axisOf(x, 1), weightIn: 1, weightOut: 0, groups, reason: reasonOf(node) };
  const made = channelsOf(node, trace, sides, groupingOf(groups, perGroup));
  finish(node, trace, made);
};

/** Weights [in, out / group, …]. */
const transposedConvolution: Rule = (node, trace) => {
  const groups = node.attribute('group')?.int ?? 1;
  const [x = '', w = ''] = node.inputs;
  const [channelsIn = 0] = trace.dimsOf(w) ?? [];
  const sides = { read: trace.axisOf(x, 1), weightIn: 0, weightOut: 1, groups, reason: reasonOf(node) };
  const made = channelsOf(node, trace, sides, groupingOf(groups, channelsIn / groups));
  finish(node, trace, made);
};

export const CONVOLUTION_RULES: Rules = {
  Conv: convolution,
  FusedConv: convolution,
  ConvTranspose: transposedConvolution,
};

function reasonOf(node: GraphNode): string {
  return `read together with channels that stay, by node ${quoted(node.name)}`;
}

function channelsOf(node: GraphNode, trace: Trace, sides: Sides, grouping: Grouping): Axis {
  const w = node.inputs[1] ?? '';
  const [first = 0] = trace.dimsOf(w) ?? [];
  if (!trace.graph.isConstant(w) || trace.dimsOf(w) === undefined) {
    trace.refuse(node, 'weights that are computed, at node');
    return undefined;
  }
  if (!(sides.groups >= 1 && sides.groups <= first && first % sides.groups === 0)) {
    trace.refuse(node, 'groups that the weights do not have, at node');
    return undefined;
  }
  if (grouping === 'whole-groups') return wholeGroups(node, trace, sides);
  trace.use(node, 1, { axis: sides.weightIn, role: 'reads' });
  trace.use(node, 1, { axis: sides.weightOut, role: 'makes' });
  const weightIn = trace.axisOf(w, sides.weightIn);
  const weightOut = trace.axisOf(w, sides.weightOut);
  if (grouping === 'none') {
    trace.channels.tieAxes(sides.read, weightIn, sides.reason);
    trace.makes(node, weightOut);
    return weightOut;
  }
  return insideGroups(trace, sides, { node, weightIn, weightOut });
}

/** Every group gives up the channel at the same place, of those it reads and of those it makes. */
function insideGroups(
  trace: Trace,
  { read, weightIn, weightOut, groups, reason }: Sides,
  axes: { node: GraphNode; weightIn: Axis; weightOut: Axis },
): Axis {
  // One of the two axes of the weights covers all groups, the other one only a group.
  const isTransposed = weightIn < weightOut;
  const perGroup = isTransposed ? firstGroup(axes.weightIn, groups) : axes.weightIn;
  tiePeriodically(trace, read, perGroup, reason);
  if (isTransposed) tiePeriodically(trace, axes.weightIn, perGroup, reason);
  else if (axes.weightOut) trace.balances.push({ node: axes.node.name, groups: inGroups(axes.weightOut, groups) });
  const made = isTransposed ? repeated(axes.weightOut, groups) : axes.weightOut;
  trace.makes(axes.node, made);
  return made;
}

/** Groups go as a whole, with all channels that they read and make. */
function wholeGroups(node: GraphNode, trace: Trace, { read, weightIn, groups, reason }: Sides): Axis {
  const w = node.inputs[1] ?? '';
  const all = trace.axisOf(w, 0);
  trace.use(node, 1, { axis: 0, role: 'makes' });
  if (!read) {
    trace.channels.pinAxis(all, reason);
    return undefined;
  }
  const isTransposed = weightIn === 0;
  const perGroup = read.length / groups;
  const made = isTransposed ? new Int32Array((trace.dimsOf(w)?.[1] ?? 0) * groups) : all;
  for (let group = 0; group < groups; group++) {
    const leader = read[group * perGroup] ?? -1;
    for (const axis of [read, all]) {
      const size = (axis?.length ?? 0) / groups;
      for (let entry = group * size; entry < (group + 1) * size; entry++) {
        trace.channels.tie(leader, axis?.[entry] ?? -1, reason);
      }
    }
    if (isTransposed && made) {
      const size = made.length / groups;
      made.fill(leader, group * size, (group + 1) * size);
    }
  }
  trace.repairs.push({
    kind: 'attributes',
    node,
    channels: [read],
    wanted: (survivors) => {
      const left = survivors.count(read) / perGroup;
      return new Map(left === groups ? [] : [['group', left]]);
    },
  });
  return made;
}

function finish(node: GraphNode, trace: Trace, made: Axis): void {
  const [x = '', , bias = ''] = node.inputs;
  const axes = trace.axesOf(x);
  for (const [axis, channels] of axes.entries()) {
    if (axis !== 1) trace.channels.pinAxis(channels, `node ${quoted(node.name)} slides along them`);
  }
  if (bias !== '') {
    trace.use(node, 2, { axis: 0, role: 'makes' });
    trace.channels.tieAxes(made, trace.axisOf(bias, 0), reasonOf(node));
  }
  trace.setAxes(node.outputs[0] ?? '', [undefined, made]);
}

function inGroups(axis: Int32Array, groups: number): Int32Array[] {
  const size = axis.length / groups;
  return Array.from({ length: groups }, (_, group) => axis.subarray(group * size, (group + 1) * size));
}

function firstGroup(axis: Axis, groups: number): Axis {
  return axis?.subarray(0, axis.length / groups);
}

function repeated(axis: Axis, times: number): Axis {
  if (!axis) return undefined;
  return Int32Array.from({ length: axis.length * times }, (_, entry) => axis[entry % axis.length] ?? -1);
}

/** Ties every entry of an axis to that of a shorter axis which repeats along it. */
function tiePeriodically(trace: Trace, axis: Axis, period: Axis, reason: string): void {
  trace.channels.tieAxes(axis, axis && period && repeated(period, axis.length / period.length), reason);
  if (!axis) trace.channels.pinAxis(period, reason);
}
