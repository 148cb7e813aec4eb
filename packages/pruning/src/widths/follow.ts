import type { ConstantData, GraphNode, GraphView } from '@espalier/onnx';
import type { TensorShapes } from '../block.js';
import { changedDims, isFollowable, newChannels, type WidthChange } from './change.js';
import { changedAxis, type Dims, isSameDims, tracedDims } from './dims.js';
import type { Rebuilt } from './effect.js';
import { widthEffect } from './effects.js';
import { throughLink } from './link.js';
import type { Surroundings } from './surroundings.js';

/** What changes in a graph. */
export interface WidthSources {
  /** Tensor → the one that everything reads in its place. */
  readonly redirect?: ReadonlyMap<string, string>;
  /** Indices of the nodes that go. */
  readonly gone?: ReadonlySet<number>;
  /** Tensors that are taken to have other dims. */
  readonly resized?: ReadonlyMap<string, Dims>;
}

/** What the tensors behind removed regions look like, and what makes the network whole again. */
export interface FollowedWidths {
  /** Dims of the tensors whose width changed, but for the outputs of removed regions, which are there no longer. */
  readonly dims: ReadonlyMap<string, Dims>;
  readonly rebuilt: readonly Rebuilt[];
  /** Constants that spell a size, with their new values. */
  readonly constants: ReadonlyMap<string, ConstantData>;
}

/**
 * Follows the widths that arrive behind removed regions through everything that works on every channel alone, up to the
 * layers whose weights have to be made anew. Answers with the reason where something cannot take another width, or where
 * more than `mostNodes` would have to.
 */
export function followWidths(
  { graph, shapes }: { graph: GraphView; shapes: TensorShapes },
  { redirect = new Map(), gone = new Set(), resized = new Map() }: WidthSources,
  mostNodes = Number.POSITIVE_INFINITY,
): FollowedWidths | string {
  const dimsOf = tracedDims(graph, shapes);
  if (![...resized.values()].every(isFollowable)) return 'it is wider than any network';
  const changes = new Map([...resized].map(([name, dims]) => [name, takenFor(dimsOf(name) ?? [], dims)] as const));
  const changeOf = changesRead({ graph, dimsOf, redirect, changes });
  const constants = new Map<string, ConstantData>();
  const rebuilt: Rebuilt[] = [];
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const aliases = aliasesByTarget(redirect);
  const pending = new Map<number, GraphNode>();
  const touch = (tensor: string): string | undefined => {
    for (const name of [tensor, ...(aliases.get(tensor) ?? [])]) {
      if (changeOf(name) === undefined) continue;
      if (outputs.has(name)) return `it is the width of the output ${JSON.stringify(name)} of the network`;
      for (const node of graph.consumersOf(name)) if (!gone.has(node.index)) pending.set(node.index, node);
    }
    return undefined;
  };

  for (const target of [...aliases.keys(), ...resized.keys()]) {
    const reason = touch(target);
    if (reason !== undefined) return reason;
  }
  for (let visited = 0; pending.size > 0; visited++) {
    if (visited >= mostNodes) return 'its width reaches too many nodes';
    const node = pending.get(Math.min(...pending.keys()));
    if (!node) break;
    pending.delete(node.index);
    const effect = widthEffect({ graph, shapes, dimsOf, changeOf }, node);
    if (effect.kind === 'refuses') return effect.reason;
    if (effect.kind === 'rebuilds') rebuilt.push(effect.rebuilt);
    if (effect.kind === 'ignores')
      for (const each of effect.shaped) if (!gone.has(each.index)) pending.set(each.index, each);
    if (effect.kind !== 'passes') continue;
    if (effect.constant) constants.set(effect.constant.tensor, effect.constant.data);
    for (const output of node.outputs.filter((name) => name !== '')) {
      changes.set(output, effect.change);
      const reason = touch(output);
      if (reason !== undefined) return reason;
    }
  }
  const dims = new Map([...changes].map(([name, change]) => [name, changedDims(dimsOf(name) ?? [], change)] as const));
  return { dims, constants, rebuilt };
}

function takenFor(before: Dims, after: Dims): WidthChange {
  const axis = changedAxis(before, after) ?? 0;
  return newChannels(axis, after[axis] ?? 0);
}

/**
 * How tensors are read otherwise than before: a tensor that is redirected is read as what takes its place, seen from where
 * it was. One that is as wide as before counts as unchanged.
 */
function changesRead({
  graph,
  dimsOf,
  redirect,
  changes,
}: {
  graph: GraphView;
  dimsOf: Surroundings['dimsOf'];
  redirect: ReadonlyMap<string, string>;
  changes: ReadonlyMap<string, WidthChange>;
}): Surroundings['changeOf'] {
  return (tensor) => {
    const passed = [tensor];
    for (let next = redirect.get(tensor); next !== undefined; next = redirect.get(next)) passed.push(next);
    const [source = '', ...regions] = passed.toReversed();
    let change: WidthChange | undefined = changes.get(source);
    let input = source;
    for (const output of regions) {
      const arrived = throughLink({ graph, dimsOf }, { input, output, change });
      if (typeof arrived === 'string') return arrived;
      change = arrived;
      input = output;
    }
    const before = dimsOf(tensor) ?? [];
    return isSameDims(before, changedDims(before, change)) ? undefined : change;
  };
}

/** The tensors that are redirected, by what is read in their place in the end. */
function aliasesByTarget(redirect: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  const aliases = new Map<string, string[]>();
  for (const tensor of redirect.keys()) {
    let target = tensor;
    for (let next = redirect.get(target); next !== undefined; next = redirect.get(target)) target = next;
    const known = aliases.get(target);
    if (known) known.push(tensor);
    else aliases.set(target, [tensor]);
  }
  return aliases;
}
