import { constantData, type GraphNode } from '@espalier/onnx';
import { elementCount } from '../constants.js';
import { NEW, range, type WidthChange } from './change.js';
import { type Dims, resized } from './dims.js';
import { refuses, type WidthEffect } from './effect.js';
import { isShapeRight, shapeEntries } from './shape-entries.js';
import type { Surroundings } from './surroundings.js';

/** A tensor that changed, and the dims that it had. */
export interface Changed extends WidthChange {
  readonly before: Dims;
}

/**
 * What Reshape, Flatten, Squeeze and Unsqueeze make of a changed width: it goes into the one axis of the result that the
 * channels are part of. `out` = dims of the result before.
 */
export function reshapedWidth(context: Surroundings, node: GraphNode, changed: Changed, out: Dims): WidthEffect {
  const { graph } = context;
  const label = `node ${JSON.stringify(node.name)} (${node.opType})`;
  const place = placeOfAxis(changed.before, changed.axis, out);
  if (!place) return refuses(`${label} splits its channels, or mixes them with other axes`);
  const change = { axis: place.axis, origins: flattened(changed, place) };
  if (node.opType !== 'Reshape') return { kind: 'passes', change };

  const shape = node.inputs[1] ?? '';
  const wanted = graph.constantTensor(shape)?.ints();
  if (!wanted) {
    const entries = shapeEntries(context, shape);
    const isRight = entries && isShapeRight(context, entries, { axis: place.axis, size: change.origins.length });
    return isRight ? { kind: 'passes', change } : refuses(`the shape that ${label} makes is computed`);
  }
  const entry = wanted[place.axis] ?? 0;
  const keeps = node.attribute('allowzero')?.int ? false : entry === 0 && place.axis === changed.axis;
  if (entry === -1 || (keeps && place.outer * place.inner === 1)) return { kind: 'passes', change };
  const sharing = graph.consumersOf(shape).find(({ index }) => index !== node.index);
  if (sharing) return refuses(`the shape that ${label} makes is that of node ${JSON.stringify(sharing.name)} too`);
  const values = BigInt64Array.from(resized(wanted, place.axis, change.origins.length), BigInt);
  return { kind: 'passes', change, constant: { tensor: shape, data: constantData([values.length], values) } };
}

/** Where an axis went in a reshaped tensor: with `outer` entries of other axes around it and `inner` entries within. */
interface Place {
  readonly axis: number;
  readonly outer: number;
  readonly inner: number;
}

/** Origins of the entries of the axis that the channels went into. */
function flattened({ before, axis, origins }: Changed, { outer, inner }: Place): number[] {
  const channels = before[axis] ?? 0;
  return range(outer).flatMap((block) =>
    origins.flatMap((origin) =>
      range(inner).map((entry) => (origin === NEW ? NEW : (block * channels + origin) * inner + entry)),
    ),
  );
}

/**
 * Which axis of a reshaped tensor an axis became part of; undefined when it was split or lies with others in several axes.
 * Axes of both tensors are matched in groups of equal size.
 */
function placeOfAxis(before: Dims, axis: number, out: Dims): Place | undefined {
  let [from, to] = [0, 0];
  while (from < before.length && to < out.length) {
    let [fromEnd, toEnd] = [from + 1, to + 1];
    let [left, right] = [before[from] ?? 1, out[to] ?? 1];
    while (left !== right) {
      if (left < right && fromEnd < before.length) left *= before[fromEnd++] ?? 1;
      else if (right < left && toEnd < out.length) right *= out[toEnd++] ?? 1;
      else return undefined;
    }
    if (axis < fromEnd) {
      if (axis < from) return undefined;
      const group = out.slice(to, toEnd);
      const wide = group.flatMap((dim, index) => (dim > 1 ? [to + index] : []));
      const [place = to] = wide;
      // Samples must not get into one axis with the channels.
      const isBatchApart = from > 0 || axis === 0 || before[0] === 1;
      if (wide.length > 1 || !isBatchApart) return undefined;
      const [outer, inner] = [before.slice(from, axis), before.slice(axis + 1, fromEnd)].map(elementCount);
      return { axis: place, outer: outer ?? 1, inner: inner ?? 1 };
    }
    [from, to] = [fromEnd, toEnd];
  }
  return undefined;
}
