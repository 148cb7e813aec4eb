import type { GraphNode } from '@espalier/onnx';
import type { Axis } from '../channels.js';
import type { Survivors } from '../repair.js';
import { quoted, type Trace } from '../trace.js';
import { fromFront, type Rule, type Rules } from './rule.js';

/** Batch and channels stay as they are; nothing may go along the axes of space. */
const pool: Rule = (node, trace) => {
  const axes = trace.axesOf(node.inputs[0] ?? '');
  for (const axis of axes.slice(2)) trace.channels.pinAxis(axis, `node ${quoted(node.name)} slides along them`);
  trace.setAxes(node.outputs[0] ?? '', axes.slice(0, 2));
  // Where the maxima lie is counted over all channels.
  const indices = node.outputs[1] ?? '';
  if (indices !== '' && trace.graph.consumersOf(indices).length > 0) trace.refuse(node, 'numbered by node');
};

/** Axes that keep their length keep their channels; a list of sizes counts them. */
const resize: Rule = (node, trace) => {
  const x = node.inputs[0] ?? '';
  const [before, after] = [trace.dimsOf(x), trace.dimsOf(node.outputs[0] ?? '')];
  const result = trace.axesOf(x).map((axis, index): Axis => {
    if (!axis || (before && before[index] === after?.[index])) return axis;
    trace.channels.pinAxis(axis, `resized at node ${quoted(node.name)}`);
    return undefined;
  });
  trace.setAxes(node.outputs[0] ?? '', result);
  if ((node.inputs[3] ?? '') === '' || !result.some((axis) => axis !== undefined)) return;
  const places = node.attribute('axes')?.ints ?? result.map((_, axis) => axis);
  trace.repairs.push({
    kind: 'operand',
    node,
    operand: 3,
    channels: result,
    wanted: (current, left) =>
      current.map((size, place) => {
        const channels = result[fromFront(places[place] ?? -1, result.length)];
        return channels ? left.count(channels) : size;
      }),
  });
};

/** Channels in front of an axis and behind it. */
interface Border {
  readonly axis: number;
  readonly front: Int32Array;
  readonly back: Int32Array;
  readonly frontPlace: number;
  readonly backPlace: number;
}

/** Borders along the channels are channels of their own, which can go with what they are added to. */
const pad: Rule = (node, trace) => {
  const x = node.inputs[0] ?? '';
  const axes = trace.axesOf(x);
  if (!axes.some((axis) => axis !== undefined)) return;
  const widths = node.attribute('pads')?.ints ?? trace.values.of(node.inputs[1] ?? '')?.data;
  const given = node.inputs[3] ? trace.values.of(node.inputs[3])?.data : axes.map((_, axis) => axis);
  if (!widths || !given) {
    trace.refuse(node, 'padded by computed widths at node');
    return;
  }
  const isConstant = (node.attribute('mode')?.string ?? 'constant') === 'constant';
  const result = [...axes];
  const borders: Border[] = [];
  for (const [place, each] of given.entries()) {
    const axis = fromFront(each, axes.length);
    const channels = axes[axis];
    const [frontPlace, backPlace] = [place, place + given.length];
    const [front = 0, back = 0] = [widths[frontPlace], widths[backPlace]];
    if (!channels || (front === 0 && back === 0)) continue;
    if (!isConstant || front < 0 || back < 0) {
      trace.channels.pinAxis(channels, `padded at node ${quoted(node.name)}`);
      result[axis] = undefined;
      continue;
    }
    const border = {
      axis,
      front: trace.channels.fresh(front),
      back: trace.channels.fresh(back),
      frontPlace,
      backPlace,
    };
    borders.push(border);
    result[axis] = Int32Array.from([...border.front, ...channels, ...border.back]);
  }
  trace.setAxes(node.outputs[0] ?? '', result);
  if (borders.length > 0) trace.repairs.push(padRepair(node, widths, borders));
};

function padRepair(node: GraphNode, widths: readonly number[], borders: readonly Border[]): Trace['repairs'][number] {
  const channels = borders.flatMap(({ front, back }) => [front, back]);
  const widthsFor = (current: readonly number[], left: Survivors): number[] => {
    const result = [...current];
    for (const { front, back, frontPlace, backPlace } of borders) {
      result[frontPlace] = left.count(front);
      result[backPlace] = left.count(back);
    }
    return result;
  };
  if (node.attribute('pads')) {
    return { kind: 'attributes', node, channels, wanted: (left) => new Map([['pads', widthsFor(widths, left)]]) };
  }
  return { kind: 'operand', node, operand: 1, channels, wanted: widthsFor };
}

/** A sum over channels does not feel those that are zero; a mean over them, or a maximum, does. */
const SUMS: ReadonlySet<string> = new Set(['ReduceSum', 'ReduceL1', 'ReduceL2', 'ReduceSumSquare']);

const reduce: Rule = (node, trace) => {
  const x = node.inputs[0] ?? '';
  const axes = trace.axesOf(x);
  if (!axes.some((axis) => axis !== undefined)) return;
  const operand = node.inputs[1] ?? '';
  const given = node.attribute('axes')?.ints ?? (operand === '' ? [] : trace.values.of(operand)?.data);
  if (!given) {
    trace.refuse(node, 'summed up along computed axes at node');
    return;
  }
  const rank = axes.length;
  const isNothing = given.length === 0 && (node.attribute('noop_with_empty_axes')?.int ?? 0) !== 0;
  const all = given.length === 0 && !isNothing ? axes.map((_, axis) => axis) : given;
  const reduced = new Set(all.map((axis) => fromFront(axis, rank)));
  for (const axis of reduced) if (!SUMS.has(node.opType)) trace.mixes(node, axes[axis]);
  const keepsDims = (node.attribute('keepdims')?.int ?? 1) !== 0;
  const left = axes.map((axis, index): { axis: Axis; isDropped: boolean } =>
    reduced.has(index) ? { axis: undefined, isDropped: !keepsDims } : { axis, isDropped: false },
  );
  trace.setAxes(
    node.outputs[0] ?? '',
    left.filter(({ isDropped }) => !isDropped).map(({ axis }) => axis),
  );
};

/** What is compared with each other stays. Before opset 13 that is everything from the axis on. */
const compare: Rule = (node, trace) => {
  const axes = [...trace.axesOf(node.inputs[0] ?? '')];
  const isOld = trace.opset < 13 && node.opType !== 'TopK' && !node.opType.startsWith('Arg');
  const first = fromFront(
    node.attribute('axis')?.int ?? (isOld ? 1 : node.opType.startsWith('Arg') ? 0 : -1),
    axes.length,
  );
  for (let axis = first; axis < (isOld ? axes.length : first + 1); axis++) {
    trace.channels.pinAxis(axes[axis], `compared with each other at node ${quoted(node.name)}`);
    axes[axis] = undefined;
  }
  const isDropped = node.opType.startsWith('Arg') && (node.attribute('keepdims')?.int ?? 1) === 0;
  const result = isDropped ? axes.toSpliced(first, 1) : axes;
  for (const output of node.outputs) trace.setAxes(output, result);
};

/** The result depends on the shape of the tensor alone. */
const readShape: Rule = () => undefined;

/** Batch and channels of the image; the places to look at have neither. */
const sample: Rule = (node, trace) => {
  const axes = trace.axesOf(node.inputs[0] ?? '');
  for (const axis of axes.slice(2)) trace.channels.pinAxis(axis, `node ${quoted(node.name)} looks along them`);
  trace.pinTensor(node.inputs[1] ?? '', `places to look at, read by node ${quoted(node.name)}`);
  trace.setAxes(node.outputs[0] ?? '', [undefined, axes[1]]);
  trace.channels.pinAxis(axes[0], `node ${quoted(node.name)} looks along them`);
};

const REDUCTIONS = (
  'ReduceMean ReduceMax ReduceMin ReduceSum ReduceL1 ReduceL2 ReduceSumSquare ReduceProd ReduceLogSum ' +
  'ReduceLogSumExp'
).split(' ');

const POOLS = 'MaxPool AveragePool LpPool GlobalAveragePool GlobalMaxPool GlobalLpPool'.split(' ');

export const SPACE_RULES: Rules = {
  ...Object.fromEntries(POOLS.map((opType) => [opType, pool])),
  ...Object.fromEntries(REDUCTIONS.map((opType) => [opType, reduce])),
  ...Object.fromEntries(
    ['Softmax', 'LogSoftmax', 'Hardmax', 'ArgMax', 'ArgMin', 'TopK', 'CumSum'].map((opType) => [opType, compare]),
  ),
  Resize: resize,
  Upsample: resize,
  Pad: pad,
  GridSample: sample,
  Shape: readShape,
  Size: readShape,
};
