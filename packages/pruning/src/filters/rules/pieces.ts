import type { GraphNode } from '@espalier/onnx';
import { type Axis, FIXED } from '../channels.js';
import type { Survivors } from '../repair.js';
import { slicedEntries } from '../shape-values.js';
import { quoted, type Trace } from '../trace.js';
import { fromFront, type Rule, type Rules } from './rule.js';

/** Pieces come one behind the other along one axis; the other axes are shared. */
const concat: Rule = (node, trace) => {
  const inputs = node.inputs.filter((input) => input !== '');
  const dims = inputs.map((input) => trace.dimsOf(input));
  const rank = dims[0]?.length ?? 0;
  if (dims.some((each) => each?.length !== rank)) {
    trace.refuse(node, 'joined with a tensor of unknown shape at node');
    return;
  }
  const along = fromFront(node.attribute('axis')?.int ?? 1, rank);
  const reason = `joined with channels that stay, at node ${quoted(node.name)}`;
  for (const [operand, input] of node.inputs.entries()) {
    if (!trace.graph.isConstant(input)) continue;
    // A constant among the pieces keeps its place, and has the width of the others.
    trace.channels.pinAxis(trace.axisOf(input, along), reason);
    for (let axis = 0; axis < rank; axis++) trace.use(node, operand, { axis, role: 'scales' });
  }
  const axes = Array.from({ length: rank }, (_, axis): Axis => {
    const parts = inputs.map((input) => trace.axisOf(input, axis));
    if (axis !== along) return parts.reduce((a, b) => trace.channels.tieAxes(a, b, reason));
    if (parts.every((part) => part === undefined)) return undefined;
    return Int32Array.from(
      parts.flatMap((part, index) => (part ? [...part] : Array<number>(dims[index]?.[along] ?? 0).fill(FIXED))),
    );
  });
  trace.setAxes(node.outputs[0] ?? '', axes);
};

const split: Rule = (node, trace) => {
  const x = node.inputs[0] ?? '';
  const axes = trace.axesOf(x);
  const along = fromFront(node.attribute('axis')?.int ?? 0, axes.length);
  const channels = axes[along];
  const pieces: Int32Array[] = [];
  let start = 0;
  for (const output of node.outputs) {
    const length = trace.dimsOf(output)?.[along];
    if (length === undefined && channels) {
      trace.refuse(node, 'split into parts of unknown width at node');
      return;
    }
    const piece = channels?.subarray(start, start + (length ?? 0));
    if (piece) pieces.push(piece);
    trace.setAxes(
      output,
      axes.map((axis, index) => (index === along ? piece : axis)),
    );
    start += length ?? 0;
  }
  if (channels) trace.repairs.push(...splitRepairs(node, trace, channels, pieces));
};

/** Sizes are an attribute, an operand, or left to the node, which then makes equal parts. */
function splitRepairs(
  node: GraphNode,
  trace: Trace,
  channels: Int32Array,
  pieces: readonly Int32Array[],
): Trace['repairs'] {
  const sizes = (survivors: Survivors): number[] => pieces.map((piece) => survivors.count(piece));
  if (trace.opset < 13) {
    return [{ kind: 'attributes', node, channels: [channels], wanted: (left) => new Map([['split', sizes(left)]]) }];
  }
  return [
    {
      kind: 'operand',
      node,
      operand: 1,
      channels: [channels],
      wanted: (current, left) => (current.length === 0 && isEven(sizes(left)) ? [] : sizes(left)),
    },
    {
      kind: 'attributes',
      node,
      channels: [channels],
      wanted: (left) =>
        new Map(node.attribute('num_outputs') && !isEven(sizes(left)) ? [['num_outputs', undefined]] : []),
    },
  ];
}

function isEven(parts: readonly number[]): boolean {
  return new Set(parts).size === 1;
}

/** What a Slice takes of one axis. */
interface Cut {
  readonly axis: number;
  /** Place in the lists of bounds. */
  readonly place: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

const slice: Rule = (node, trace) => {
  const x = node.inputs[0] ?? '';
  const axes = trace.axesOf(x);
  if (!axes.some((axis) => axis !== undefined)) return;
  const cuts = cutsOf(node, trace, axes.length);
  if (!cuts) {
    trace.refuse(node, 'cut at computed places by node');
    return;
  }
  const result = [...axes];
  const moved: { cut: Cut; channels: Int32Array }[] = [];
  for (const cut of cuts) {
    const channels = axes[cut.axis];
    if (!channels) continue;
    const entries = slicedEntries(channels.length, cut);
    if (entries.length === channels.length && cut.step === 1) continue;
    if (cut.step !== 1) {
      trace.channels.pinAxis(channels, `every ${cut.step}th is taken at node ${quoted(node.name)}`);
      result[cut.axis] = undefined;
      continue;
    }
    result[cut.axis] = Int32Array.from(entries, (entry) => channels[entry] ?? FIXED);
    moved.push({ cut, channels });
  }
  trace.setAxes(node.outputs[0] ?? '', result);
  if (moved.length > 0) trace.repairs.push(...sliceRepairs(node, moved));
};

function cutsOf(node: GraphNode, trace: Trace, rank: number): Cut[] | undefined {
  const given = (operand: number, name: string): readonly number[] | undefined =>
    node.attribute(name)?.ints ?? trace.values.of(node.inputs[operand] ?? '')?.data;
  const [starts, ends] = [given(1, 'starts'), given(2, 'ends')];
  const axes = given(3, 'axes') ?? starts?.map((_, axis) => axis);
  const steps = given(4, 'steps');
  const isUnknown = [3, 4].some((operand) => node.inputs[operand] && !trace.values.of(node.inputs[operand]));
  if (!starts || !ends || !axes || isUnknown) return undefined;
  return axes.map((axis, place) => ({
    axis: fromFront(axis, rank),
    place,
    start: starts[place] ?? 0,
    end: ends[place] ?? 0,
    step: steps?.[place] ?? 1,
  }));
}

function sliceRepairs(node: GraphNode, moved: readonly { cut: Cut; channels: Int32Array }[]): Trace['repairs'] {
  /** Bounds as they have to be, in place of those given that mean something else now. */
  const bounds = (given: readonly number[], left: Survivors, which: 'start' | 'end'): number[] => {
    const result = [...given];
    for (const { cut, channels } of moved) {
      const entries = slicedEntries(channels.length, cut);
      const before = left.count(channels.subarray(0, entries[0] ?? 0));
      const inside = left.count(Int32Array.from(entries, (entry) => channels[entry] ?? FIXED));
      const wanted = which === 'start' ? before : before + inside;
      const length = left.count(channels);
      const now = result[cut.place] ?? 0;
      const meant = Math.min(Math.max(now < 0 ? now + length : now, 0), length);
      if (meant !== wanted) result[cut.place] = wanted;
    }
    return result;
  };
  const channels = moved.map((each) => each.channels);
  if (node.attribute('starts')) {
    const given = (name: string): readonly number[] => node.attribute(name)?.ints ?? [];
    const wanted = (left: Survivors) =>
      new Map([
        ['starts', bounds(given('starts'), left, 'start')],
        ['ends', bounds(given('ends'), left, 'end')],
      ]);
    return [{ kind: 'attributes', node, channels, wanted }];
  }
  return [
    { kind: 'operand', node, operand: 1, channels, wanted: (now, left) => bounds(now, left, 'start') },
    { kind: 'operand', node, operand: 2, channels, wanted: (now, left) => bounds(now, left, 'end') },
  ];
}

/** Rows of a table: an embedding makes its columns. Channels that are picked by number are counted anew. */
const gather: Rule = (node, trace) => {
  const [table = '', indices = ''] = node.inputs;
  const axes = trace.axesOf(table);
  noteWidth(node, trace);
  if (!axes.some((axis) => axis !== undefined)) return;
  const along = fromFront(node.attribute('axis')?.int ?? 0, axes.length);
  const picked = pickedChannels(node, trace, axes[along]);
  const indexRank = trace.dimsOf(indices)?.length ?? trace.values.of(indices)?.dims.length;
  if (indexRank === undefined) {
    trace.refuse(node, 'picked by indices of unknown shape at node');
    return;
  }
  for (const [axis, channels] of axes.entries()) {
    if (axis === along) continue;
    trace.use(node, 0, { axis, role: 'makes' });
    if (trace.graph.isConstant(table)) trace.makes(node, channels);
  }
  const between = Array.from({ length: indexRank }, () => (indexRank === 1 ? picked : undefined));
  trace.setAxes(node.outputs[0] ?? '', [...axes.slice(0, along), ...between, ...axes.slice(along + 1)]);
};

/**
 * A length that is picked from a shape. It keeps the value that it has in the whole model, so that a scale that is computed
 * from it, or the width of another axis, stays as it is; what has to change is repaired where it is used.
 */
function noteWidth(node: GraphNode, trace: Trace): void {
  const shape = trace.graph.producerOf(node.inputs[0] ?? '');
  const value = shape?.opType === 'Shape' ? trace.values.of(node.outputs[0] ?? '') : undefined;
  const index = trace.values.of(node.inputs[1] ?? '')?.data[0];
  if (!shape || value?.data.length !== 1 || index === undefined) return;
  const axes = trace.axesOf(shape.inputs[0] ?? '');
  const axis = axes[fromFront(index + (shape.attribute('start')?.int ?? 0), axes.length)];
  if (axis) trace.widths.set(node.outputs[0] ?? '', { ...value, axis });
}

function pickedChannels(node: GraphNode, trace: Trace, channels: Axis): Axis {
  const indices = trace.values.of(node.inputs[1] ?? '');
  if (!channels) return undefined;
  if (indices?.dims.length !== 1 || trace.graph.isConstant(node.inputs[0] ?? '')) {
    trace.channels.pinAxis(channels, `picked by number at node ${quoted(node.name)}`);
    return undefined;
  }
  const entries = indices.data.map((index) => (index < 0 ? index + channels.length : index));
  trace.repairs.push({
    kind: 'operand',
    node,
    operand: 1,
    channels: [channels],
    wanted: (_, left) =>
      entries
        .filter((entry) => left.keeps(channels[entry] ?? FIXED))
        .map((entry) => left.count(channels.subarray(0, entry))),
  });
  return Int32Array.from(entries, (entry) => channels[entry] ?? FIXED);
}

export const PIECE_RULES: Rules = { Concat: concat, Split: split, Slice: slice, Gather: gather };
