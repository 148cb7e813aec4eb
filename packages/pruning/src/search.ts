import type { TensorShape, TensorShapes } from './block.js';
import { type Flow, nodeAt, tensorAt } from './flow.js';
import { ACTIVATIONS, ARITHMETIC, NOISE, REDUCTIONS } from './operators.js';
import { type RegionTree, regionTree } from './region-tree.js';
import { isWeightedNode } from './weighted.js';

/** What the search for blocks works on: one flow, its regions, and the shapes of a traced run. */
export interface Search {
  readonly flow: Flow;
  readonly tree: RegionTree;
  readonly shapes: TensorShapes;
}

/** A piece of a flow from one tensor to another. */
export interface Region {
  readonly input: number;
  /** Operations that begin it; other readers of `input` lie outside. */
  readonly entries: readonly number[];
  readonly output: number;
}

/** Ranks of operations in the region tree, by how much they may move values about. */
export const Rank = { elementwise: 0, reduction: 1, other: 2 } as const;

/** Prepares the search in one flow. */
export function searchIn(flow: Flow, shapes: TensorShapes): Search {
  const tree = regionTree(flow, (operation) => {
    const node = nodeAt(flow, operation);
    if (!node) return { isWeighted: false, rank: Rank.elementwise };
    return { isWeighted: isWeightedNode(flow.graph, node), rank: rankOf(node.opType) };
  });
  return { flow, tree, shapes };
}

function rankOf(opType: string): number {
  if (ACTIVATIONS.has(opType) || ARITHMETIC.has(opType) || NOISE.has(opType)) return Rank.elementwise;
  return REDUCTIONS.has(opType) ? Rank.reduction : Rank.other;
}

/** The traced shape of a tensor vertex. */
export function shapeAt({ flow, shapes }: Search, vertex: number): TensorShape | undefined {
  const name = tensorAt(flow, vertex);
  return name === undefined ? undefined : shapes.get(name);
}

/** Whether what goes in has the element type and shape of what comes out. */
export function preserves(search: Search, { input, output }: Pick<Region, 'input' | 'output'>): boolean {
  const [before, after] = [shapeAt(search, input), shapeAt(search, output)];
  return before !== undefined && after !== undefined && isSameShape(before, after);
}

/** Whether two tensors have the same element type and dims. */
export function isSameShape(a: TensorShape, b: TensorShape): boolean {
  if (a.elementType !== b.elementType || a.dims.length !== b.dims.length) return false;
  return a.dims.every((dim, axis) => dim === b.dims[axis]);
}
