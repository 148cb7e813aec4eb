import type { GraphNode } from '@espalier/onnx';
import { elementCount } from '../../constants.js';
import { type Axis, FIXED } from '../channels.js';
import { quoted, type Trace } from '../trace.js';
import { endOfShuffle, shuffledRuns } from './shuffle.js';

/** Longer runs of elements are not followed one by one. */
const MOST_ELEMENTS = 1 << 24;

/** Axes on both sides of a Reshape that hold the same elements: [4, 64] and [256], say. */
interface Stretch {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/**
 * Channels of what a Reshape (or Flatten, Squeeze, Unsqueeze) makes. Where axes are joined, a channel stands for several
 * entries. Where an axis is split, one of the new axes takes over, and channels that lie at the same place of it go
 * together: the second one in a channel shuffle ([n, c, h, w] → [n, g, c/g, h, w]), the heads where features are split
 * ([n, t, c] → [n, t, heads, c/heads]).
 */
export function regroupedAxes(node: GraphNode, trace: Trace, after: readonly number[]): Axis[] {
  const x = node.inputs[0] ?? '';
  const before = trace.dimsOf(x);
  const axes = trace.axesOf(x);
  const result: Axis[] = after.map(() => undefined);
  if (!axes.some((axis) => axis !== undefined)) return result;
  const reason = `regrouped at node ${quoted(node.name)}`;
  const stretches = before && elementCount(before) === elementCount(after) ? stretchesOf(before, after) : undefined;
  if (!before || !stretches) {
    trace.refuse(node, 'regrouped at node');
    return result;
  }
  for (const stretch of stretches) {
    const carrying = carryingAxes(trace, { stretch: stretch.before, axes, dims: before, reason });
    const [only] = carrying;
    const to = stretch.after.filter((axis) => (after[axis] ?? 1) > 1);
    const size = elementCount(stretch.before.map((axis) => before[axis] ?? 1));
    if (only === undefined) continue;
    if (carrying.length > 1 || to.length === 0 || size > MOST_ELEMENTS) {
      for (const axis of carrying) trace.channels.pinAxis(axes[axis], reason);
      continue;
    }
    const turn = stretch.before.length === 1 ? endOfShuffle(node, trace, to) : undefined;
    const axis = axes[only];
    const groups = after[to[0] ?? 0] ?? 1;
    const isRowFirst = groups <= (after[to[1] ?? 0] ?? 1);
    const shuffled =
      turn && axis && isRowFirst ? shuffledRuns(trace, { node, turn, channels: axis, groups }) : undefined;
    if (turn && axis && shuffled) {
      const output = trace.graph.consumersOf(turn.outputs[0] ?? '')[0]?.outputs[0] ?? '';
      trace.shuffled.set(output, { axis: only, channels: shuffled });
      // As many go from every group in front of the shuffle, so that the first one tells how long the axis is.
      result[to[1] ?? 0] = axis.subarray(0, axis.length / groups);
      continue;
    }
    const channels = channelsInOrder(axes[only], elementCount(dimsBehind(stretch.before, only, before)));
    const target = targetAxis(node, trace, { to, after, channels });
    result[target] = tiedAlong(trace, channels, {
      length: after[target] ?? 1,
      inner: elementCount(dimsBehind(stretch.after, target, after)),
      size,
      reason,
    });
  }
  const behindShuffle = trace.shuffled.get(node.outputs[0] ?? '');
  if (behindShuffle) result[behindShuffle.axis] = behindShuffle.channels;
  return result;
}

/** Axes of a stretch along which something may go. An axis of length 1 beside others is none: its only channel stays. */
function carryingAxes(
  trace: Trace,
  {
    stretch,
    axes,
    dims,
    reason,
  }: { stretch: readonly number[]; axes: readonly Axis[]; dims: readonly number[]; reason: string },
): number[] {
  const carrying = stretch.filter((axis) => axes[axis] !== undefined);
  const long = carrying.filter((axis) => (dims[axis] ?? 1) > 1);
  if (long.length === 0) return carrying;
  for (const axis of carrying) if (!long.includes(axis)) trace.channels.pinAxis(axes[axis], reason);
  return long;
}

/** Cuts two shapes of the same number of elements into the shortest stretches that agree. */
function stretchesOf(before: readonly number[], after: readonly number[]): Stretch[] | undefined {
  if (elementCount(before) === 0) return undefined;
  const stretches: { before: number[]; after: number[] }[] = [];
  let [i, j] = [0, 0];
  while (i < before.length && j < after.length) {
    const stretch = { before: [i], after: [j] };
    let [left, right] = [before[i++] ?? 1, after[j++] ?? 1];
    while (left !== right) {
      if (left < right) {
        stretch.before.push(i);
        left *= before[i++] ?? 1;
      } else {
        stretch.after.push(j);
        right *= after[j++] ?? 1;
      }
      if (i > before.length || j > after.length) return undefined;
    }
    stretches.push(stretch);
  }
  const last = stretches.at(-1);
  // What is left on one side are axes of length 1.
  for (; i < before.length; i++) last?.before.push(i);
  for (; j < after.length; j++) last?.after.push(j);
  return stretches;
}

/** Dims of the axes of a stretch that lie behind one of them. */
function dimsBehind(stretch: readonly number[], axis: number, dims: readonly number[]): number[] {
  return stretch.filter((each) => each > axis).map((each) => dims[each] ?? 1);
}

/** The channel of an element of a stretch, by its place. */
type ChannelAt = (element: number) => number;

function channelsInOrder(axis: Axis, inner: number): ChannelAt {
  const length = axis?.length ?? 1;
  return (element) => axis?.[Math.floor(element / inner) % length] ?? FIXED;
}

/** The new axis along which channels lie already, or else the one that takes over. */
function targetAxis(
  node: GraphNode,
  trace: Trace,
  { to, after, channels }: { to: readonly number[]; after: readonly number[]; channels: ChannelAt },
): number {
  const [first = 0] = to;
  const size = elementCount(to.map((axis) => after[axis] ?? 1));
  const fits = to.find((axis) => {
    const inner = elementCount(dimsBehind(to, axis, after));
    const length = after[axis] ?? 1;
    for (let element = 0; element < size; element++) {
      const leader = channels((Math.floor(element / inner) % length) * inner);
      const channel = channels(element);
      if (channel !== leader && trace.channels.rootOf(channel) !== trace.channels.rootOf(leader)) return false;
    }
    return true;
  });
  if (fits !== undefined) return fits;
  const [second = first, last = first] = [to.at(-2), to.at(-1)];
  // A shuffle has few groups of many channels.
  if (endOfShuffle(node, trace, to)) return (after[second] ?? 1) > (after[last] ?? 1) ? second : last;
  return last === after.length - 1 ? second : last;
}

/** Ties all channels at the same place of a new axis; returns what that axis is then. */
function tiedAlong(trace: Trace, channels: ChannelAt, axis: NewAxis): Axis {
  const result = new Int32Array(axis.length).fill(FIXED);
  const seen = new Uint8Array(axis.length);
  for (let element = 0; element < axis.size; element++) {
    const place = Math.floor(element / axis.inner) % axis.length;
    const channel = channels(element);
    if (seen[place]) {
      const known = result[place] ?? FIXED;
      if (known !== channel) trace.channels.tie(known, channel, axis.reason);
    } else {
      seen[place] = 1;
      result[place] = channel;
    }
  }
  return result;
}

interface NewAxis {
  readonly length: number;
  readonly inner: number;
  readonly size: number;
  readonly reason: string;
}
