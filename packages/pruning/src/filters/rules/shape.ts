import { assertFewChannels } from '../../plausible.js';
import type { Axis } from '../channels.js';
import { resolvedShape } from '../shape-values.js';
import { quoted } from '../trace.js';
import { regroupedAxes } from './regroup.js';
import type { Rule, Rules } from './rule.js';

/** The target counts channels where it is a number, and has to count those that are left. */
const reshape: Rule = (node, trace) => {
  const [x = '', shape = ''] = node.inputs;
  const output = node.outputs[0] ?? '';
  const after = trace.dimsOf(output) ?? dimsOfConstant(trace.dimsOf(x), trace.values.of(shape)?.data);
  if (!after) {
    trace.refuse(node, 'regrouped at node');
    return;
  }
  const axes = regroupedAxes(node, trace, after);
  trace.setAxes(output, axes);
  if (trace.graph.isConstant(shape) && !axes.some((axis) => axis !== undefined)) return;
  const inputAxes = trace.axesOf(x);
  const inputDims = trace.dimsOf(x) ?? [];
  const keepsZeros = (node.attribute('allowzero')?.int ?? 0) !== 0;
  trace.repairs.push({
    kind: 'operand',
    node,
    operand: 1,
    channels: axes,
    wanted: (current, survivors, original) => {
      const countOf = (axis: Axis, dim: number | undefined): number => (axis ? survivors.count(axis) : (dim ?? 1));
      const before = inputDims.map((dim, axis) => countOf(inputAxes[axis], dim));
      return current.map((given, axis) => {
        if (!axes[axis] || given === -1) return axes[axis] ? given : (original[axis] ?? given);
        const needed = survivors.count(axes[axis]);
        const meant = given === 0 && !keepsZeros ? before[axis] : given;
        return meant === needed ? given : needed;
      });
    },
  });
};

function dimsOfConstant(
  input: readonly number[] | undefined,
  target: readonly number[] | undefined,
): readonly number[] | undefined {
  return input && target && resolvedShape(target, input);
}

/** The new shape follows from the old one, and needs no number. */
const regroup: Rule = (node, trace) => {
  const output = node.outputs[0] ?? '';
  const after = trace.dimsOf(output);
  if (after) trace.setAxes(output, regroupedAxes(node, trace, after));
  else trace.refuse(node, 'regrouped at node');
};

const transpose: Rule = (node, trace) => {
  const axes = trace.axesOf(node.inputs[0] ?? '');
  const perm = node.attribute('perm')?.ints ?? axes.map((_, axis) => axes.length - 1 - axis);
  trace.setAxes(node.outputs[0] ?? '', axes.length === 0 ? [] : perm.map((axis) => axes[axis]));
};

/** Axes of length 1 are stretched; the others keep their channels, which the target counts. */
const expand: Rule = (node, trace) => {
  const [x = ''] = node.inputs;
  const output = node.outputs[0] ?? '';
  const [before, after] = [trace.dimsOf(x), trace.dimsOf(output)];
  if (!before || !after) {
    trace.refuse(node, 'stretched at node');
    return;
  }
  const inputAxes = trace.axesOf(x);
  const ahead = after.length - before.length;
  const axes = after.map((dim, axis) => (before[axis - ahead] === dim ? inputAxes[axis - ahead] : undefined));
  trace.setAxes(output, axes);
  if (trace.graph.isConstant(node.inputs[1] ?? '') && !axes.some((axis) => axis !== undefined)) return;
  trace.repairs.push({
    kind: 'operand',
    node,
    operand: 1,
    channels: axes,
    wanted: (current, survivors, original) => {
      const shift = after.length - current.length;
      return current.map((given, axis) => {
        const channels = axes[axis + shift];
        if (!channels) return original[axis] ?? given;
        return given > 1 ? survivors.count(channels) : given;
      });
    },
  });
};

/** A repeated axis has every channel several times. */
const tile: Rule = (node, trace) => {
  const [x = ''] = node.inputs;
  const [before, after] = [trace.dimsOf(x), trace.dimsOf(node.outputs[0] ?? '')];
  if (!before || !after) {
    trace.refuse(node, 'repeated at node');
    return;
  }
  const axes = trace.axesOf(x).map((axis, index) => {
    if (!axis || after[index] === before[index]) return axis;
    assertFewChannels(after[index] ?? 0);
    return Int32Array.from({ length: after[index] ?? 0 }, (_, entry) => axis[entry % axis.length] ?? -1);
  });
  trace.setAxes(node.outputs[0] ?? '', axes);
};

/** Blocks of b × b channels become pixels: channel c of the result has b² channels of the input. */
const depthToSpace: Rule = (node, trace) => {
  const axes = trace.axesOf(node.inputs[0] ?? '');
  const channels = axes[1];
  const block = node.attribute('blocksize')?.int ?? 1;
  const length = (channels?.length ?? 0) / block ** 2;
  if (!Number.isInteger(length)) {
    trace.refuse(node, 'turned into pixels at node');
    return;
  }
  const isColumnFirst = node.attribute('mode')?.string === 'CRD';
  const placeOf = (entry: number): number => (isColumnFirst ? Math.floor(entry / block ** 2) : entry % length);
  const made = channels && new Int32Array(length).fill(-2);
  for (const [entry, channel] of (channels ?? []).entries()) {
    const place = placeOf(entry);
    const known = made?.[place] ?? -2;
    if (known === -2) made?.fill(channel, place, place + 1);
    else trace.channels.tie(known, channel, `turned into pixels at node ${quoted(node.name)}`);
  }
  trace.setAxes(node.outputs[0] ?? '', [axes[0], made]);
};

/** Blocks of pixels become channels: every channel of the input comes b² times, in the order of the pixels. */
const spaceToDepth: Rule = (node, trace) => {
  const axes = trace.axesOf(node.inputs[0] ?? '');
  const channels = axes[1];
  const block = node.attribute('blocksize')?.int ?? 1;
  assertFewChannels((channels?.length ?? 0) * block ** 2);
  const made =
    channels &&
    Int32Array.from({ length: channels.length * block ** 2 }, (_, entry) => channels[entry % channels.length] ?? -1);
  trace.setAxes(node.outputs[0] ?? '', [axes[0], made]);
};

export const SHAPE_RULES: Rules = {
  Reshape: reshape,
  Flatten: regroup,
  Squeeze: regroup,
  Unsqueeze: regroup,
  Transpose: transpose,
  Expand: expand,
  Tile: tile,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
