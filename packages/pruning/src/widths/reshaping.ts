import { constantData, type GraphNode, type GraphView } from '@espalier/onnx';
import { elementCount } from '../constants.js';
import { type Dims, resized } from './dims.js';
import { refuses, type WidthEffect } from './effect.js';

/** A tensor that is `size` wide along `axis` and had `before` dims. */
export interface Changed {
  readonly before: Dims;
  readonly axis: number;
  readonly size: number;
}

/**
 * What Reshape, Flatten, Squeeze and Unsqueeze make of a changed width: it goes into the one axis of the result that the
 * channels are part of. `out` = dims of the result before.
 */
export function reshapedWidth(graph: GraphView, node: GraphNode, changed: Changed, out: Dims): WidthEffect {
  const label = `node ${JSON.stringify(node.name)} (${node.opType})`;
  const place = placeOfAxis(changed.before, changed.axis, out);
  if (!place) return refuses(`${label} splits its channels, or mixes them with other axes`);
  const size = place.perChannel * changed.size;
  const dims = resized(out, place.axis, size);
  if (node.opType !== 'Reshape') return { kind: 'passes', dims };

  const shape = node.inputs[1] ?? '';
  const wanted = graph.constantTensor(shape)?.ints();
  if (!wanted) return refuses(`the shape that ${label} makes is computed`);
  const entry = wanted[place.axis] ?? 0;
  const keeps = node.attribute('allowzero')?.int ? false : entry === 0 && place.axis === changed.axis;
  if (entry === -1 || (keeps && place.perChannel === 1)) return { kind: 'passes', dims };
  const sharing = graph.consumersOf(shape).find(({ index }) => index !== node.index);
  if (sharing) return refuses(`the shape that ${label} makes is that of node ${JSON.stringify(sharing.name)} too`);
  const values = BigInt64Array.from(resized(wanted, place.axis, size), BigInt);
  return { kind: 'passes', dims, constant: { tensor: shape, data: constantData([values.length], values) } };
}

/**
 * Which axis of a reshaped tensor an axis became part of, and how many of its entries each entry gives; undefined when it
 * was split or lies with others in several axes. Axes of both tensors are matched in groups of equal size.
 */
function placeOfAxis(before: Dims, axis: number, out: Dims): { axis: number; perChannel: number } | undefined {
  const [channels = 0] = before.slice(axis);
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
      return wide.length <= 1 && isBatchApart ? { axis: place, perChannel: elementCount(group) / channels } : undefined;
    }
    [from, to] = [fromEnd, toEnd];
  }
  return undefined;
}
