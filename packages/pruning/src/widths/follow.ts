import type { ConstantData, GraphNode, GraphView } from '@espalier/onnx';
import type { TensorShapes } from '../block.js';
import { type Dims, type DimsOf, isSameDims, tracedDims } from './dims.js';
import type { Rebuilt } from './effect.js';
import { widthEffect } from './effects.js';

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
  const dims = new Map(resized);
  const constants = new Map<string, ConstantData>();
  const rebuilt: Rebuilt[] = [];
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const dimsOf = dimsAfter(tracedDims(graph, shapes), redirect, dims);
  const aliases = aliasesByTarget(redirect);
  const pending = new Map<number, GraphNode>();
  const touch = (tensor: string): string | undefined => {
    for (const name of [tensor, ...(aliases.get(tensor) ?? [])]) {
      if (isSameDims(dimsOf.before(name) ?? [], dimsOf.after(name) ?? [])) continue;
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
    const effect = widthEffect({ graph, shapes, dimsOf }, node);
    if (effect.kind === 'refuses') return effect.reason;
    if (effect.kind === 'rebuilds') rebuilt.push(effect.rebuilt);
    if (effect.kind !== 'passes') continue;
    if (effect.constant) constants.set(effect.constant.tensor, effect.constant.data);
    for (const output of node.outputs.filter((name) => name !== '')) {
      dims.set(output, effect.dims);
      const reason = touch(output);
      if (reason !== undefined) return reason;
    }
  }
  return { dims, constants, rebuilt };
}

/** A tensor that is redirected has the dims of what is read in its place. */
function dimsAfter(
  before: DimsOf['before'],
  redirect: ReadonlyMap<string, string>,
  changed: ReadonlyMap<string, Dims>,
): DimsOf {
  const after = (tensor: string): Dims | undefined => {
    const source = endOf(tensor, redirect);
    return changed.get(source) ?? before(source);
  };
  return { before, after };
}

/** The tensors that are redirected, by what is read in their place in the end. */
function aliasesByTarget(redirect: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  const aliases = new Map<string, string[]>();
  for (const tensor of redirect.keys()) {
    const target = endOf(tensor, redirect);
    const known = aliases.get(target);
    if (known) known.push(tensor);
    else aliases.set(target, [tensor]);
  }
  return aliases;
}

function endOf(tensor: string, redirect: ReadonlyMap<string, string>): string {
  let name = tensor;
  for (let next = redirect.get(name); next !== undefined; next = redirect.get(name)) name = next;
  return name;
}
