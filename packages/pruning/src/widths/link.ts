import type { GraphView } from '@espalier/onnx';
import { CONCATENATIONS, NOISE } from '../operators.js';
import { changedDims, isFollowable, NEW, newChannels, range, type WidthChange } from './change.js';
import { changedAxis, type Dims, isSameDims } from './dims.js';

/** A removed region: what reads `output` reads `input`, whose own change is given. */
interface Link {
  readonly input: string;
  readonly output: string;
  readonly change: WidthChange | undefined;
}

/**
 * How the output of a removed region changes for those who read its input in its place. Where the region keeps the width,
 * its channels stand for each other. Where it ends in a Concat of its input with something else, the input's channels are
 * among the output's. Anywhere else the channels that arrive are new.
 */
export function throughLink(
  { graph, dimsOf }: { graph: GraphView; dimsOf: (tensor: string) => Dims | undefined },
  { input, output, change }: Link,
): WidthChange | string | undefined {
  const [before, after] = [dimsOf(input) ?? [], dimsOf(output) ?? []];
  if (isSameDims(before, after)) return change;
  if (!isFollowable(before) || !isFollowable(after)) return 'it is wider than any network';
  const axis = changedAxis(before, after);
  if (axis === undefined || (change && change.axis !== axis)) return 'its shape changes along several axes';
  const start = placeInConcat(graph, { input, output, axis, dimsOf });
  if (start === undefined) return newChannels(axis, changedDims(before, change)[axis] ?? 0);
  const own = change?.origins ?? range(before[axis] ?? 0);
  return { axis, origins: own.map((origin) => (origin === NEW ? NEW : origin + start)) };
}

/** The tensor that an Identity, Dropout or the like hands on. */
export function behindNoise(graph: GraphView, tensor: string): string {
  let name = tensor;
  for (let node = graph.producerOf(name); node && NOISE.has(node.opType); node = graph.producerOf(name)) {
    name = node.inputs[0] ?? '';
  }
  return name;
}

/** Where a tensor's channels begin in another that is a Concat of it; undefined where it is none. */
function placeInConcat(
  graph: GraphView,
  {
    input,
    output,
    axis,
    dimsOf,
  }: { input: string; output: string; axis: number; dimsOf: (tensor: string) => Dims | undefined },
): number | undefined {
  const node = graph.producerOf(output);
  const rank = dimsOf(output)?.length ?? 0;
  const along = node?.attribute('axis')?.int ?? 1;
  if (!node || !CONCATENATIONS.has(node.opType) || (along < 0 ? along + rank : along) !== axis) return undefined;
  const position = node.inputs.findIndex((tensor) => behindNoise(graph, tensor) === behindNoise(graph, input));
  if (position === -1) return undefined;
  return node.inputs.slice(0, position).reduce((sum, tensor) => sum + (dimsOf(tensor)?.[axis] ?? 0), 0);
}
