import type { GraphNode } from '@espalier/onnx';
import { FIXED } from '../channels.js';
import { quoted, type Trace } from '../trace.js';
import { groupingOf } from './convolution.js';
import { ELEMENTWISE_RULES, handOn } from './elementwise.js';

/** A channel shuffle ends in a Reshape that joins the two axes again, after they were swapped. */
export function endOfShuffle(node: GraphNode, trace: Trace, to: readonly number[]): GraphNode | undefined {
  const turn = onlyConsumer(trace, node);
  const perm = turn?.opType === 'Transpose' ? turn.attribute('perm')?.ints : undefined;
  const [a = 0, b = 0] = to;
  const isSwap = to.length === 2 && perm?.every((axis, at) => axis === (at === a ? b : at === b ? a : at)) === true;
  return isSwap ? turn : undefined;
}

/**
 * A shuffle of [groups, c / groups] in front of a grouped convolution whose groups are no multiple of `groups` wide. Any
 * `groups` neighbours behind the shuffle can go together: one comes from each group in front of it, and all others keep
 * their order. So that every group behind gives up the same places, these runs begin anew in each of them; what is left at
 * its end stays. Returns the channels behind the shuffle; undefined where runs from the beginning on are as good.
 */
export function shuffledRuns(
  trace: Trace,
  { node, turn, channels, groups }: { node: GraphNode; turn: GraphNode; channels: Int32Array; groups: number },
): Int32Array | undefined {
  const join = onlyConsumer(trace, turn);
  const output = join?.opType === 'Reshape' ? (join.outputs[0] ?? '') : '';
  const isSame = trace.dimsOf(output)?.join() === trace.dimsOf(node.inputs[0] ?? '')?.join();
  const behind = output !== '' && isSame ? groupsBehind(trace, output) : undefined;
  const width = channels.length / (behind ?? 1);
  if (behind === undefined || width % groups === 0) return undefined;
  const perGroup = channels.length / groups;
  const shuffled = Int32Array.from(
    channels,
    (_, place) => channels[(place % groups) * perGroup + Math.floor(place / groups)] ?? FIXED,
  );
  for (const [place, channel] of shuffled.entries()) {
    const inside = place % width;
    const start = place - (inside % groups);
    if (start - (place - inside) + groups <= width) {
      trace.channels.tie(channel, shuffled[start] ?? FIXED, `shuffled at node ${quoted(node.name)}`);
    } else trace.channels.pin(channel, `at the end of a group of shuffled channels, at node ${quoted(node.name)}`);
  }
  return shuffled;
}

/** Groups of the grouped convolution that reads a tensor next, through norms, activations and depthwise convolutions. */
function groupsBehind(trace: Trace, tensor: string): number | undefined {
  const seen = new Set<string>();
  for (let name = tensor; !seen.has(name); ) {
    seen.add(name);
    const [node, ...others] = trace.graph.consumersOf(name);
    if (!node || others.length > 0) return undefined;
    const groups = node.attribute('group')?.int ?? 1;
    const [, perGroup = 0] = trace.dimsOf(node.inputs[1] ?? '') ?? [];
    const grouping = node.opType === 'Conv' ? groupingOf(groups, perGroup) : undefined;
    if (grouping === 'inside-groups') return groups;
    const isPassing = node.opType === 'BatchNormalization' || ELEMENTWISE_RULES[node.opType] === handOn;
    if (!isPassing && grouping !== 'whole-groups') return undefined;
    name = node.outputs[0] ?? '';
  }
  return undefined;
}

function onlyConsumer(trace: Trace, node: GraphNode): GraphNode | undefined {
  const [consumer, ...others] = trace.graph.consumersOf(node.outputs[0] ?? '');
  return others.length === 0 ? consumer : undefined;
}
