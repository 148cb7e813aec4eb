import type { GraphNode } from '@espalier/onnx';
import type { Shortcut } from './candidate.js';
import { nodeAt, tensorAt } from './flow.js';
import { ACTIVATIONS, ARITHMETIC, CONCATENATIONS, JOINS, NOISE, NORMS, QUANTISERS } from './operators.js';
import type { Chain, Span } from './region-tree.js';
import { isSameShape, preserves, Rank, type Search, shapeAt } from './search.js';
import { behindNoise } from './widths/link.js';

/**
 * What a span is to its chain.
 * Without weights: `noise` changes nothing, `activation`, `norm` and `affine` (bias, scale) work in place, `quantise`
 * changes the representation, `other` is anything else: pooling, reshaping, slicing.
 * With weights: `weighted` is one operation, `opaque` one with sub-graphs, `join` branches that meet in an Add, Concat
 * and the like, `gate` a side branch that scales the main one (squeeze-excite), `compound` branches that meet in any
 * other way (attention with separate projections).
 */
export type SpanKind =
  | 'noise'
  | 'activation'
  | 'norm'
  | 'affine'
  | 'quantise'
  | 'other'
  | 'weighted'
  | 'opaque'
  | 'join'
  | 'gate'
  | 'compound';

/** With one computed operand they limit it, as a rectifier does. */
const LIMITS: ReadonlySet<string> = new Set(['Min', 'Max']);

export type SpanKinds = ReadonlyMap<Span, SpanKind>;

/** The kind of every span. */
export function spanKinds(search: Search): SpanKinds {
  const kinds = new Map<Span, SpanKind>();
  for (const chain of search.tree.chains) {
    for (const span of chain.spans) kinds.set(span, kindOf(search, span, kinds));
  }
  return kinds;
}

/** Whether a span works in place, so that it goes with the unit in front of it. */
export function isInPlace(kind: SpanKind | undefined): boolean {
  return kind === 'noise' || kind === 'activation' || kind === 'norm' || kind === 'affine';
}

/** The node that makes a span's output. */
export function lastNode({ flow }: Search, { operations }: Span): GraphNode | undefined {
  return nodeAt(flow, operations.at(-1) ?? -1);
}

/** What the branches of a join that no weighted operation of the span touches are. */
export function shortcutOf(search: Search, span: Span): Shortcut {
  if (weightlessOperands(search, span).length === 0) return 'none';
  return CONCATENATIONS.has(lastNode(search, span)?.opType ?? '') ? 'concatenated' : 'added';
}

/**
 * Whether a span is a level of an encoder-decoder: a Concat of the span's own input, handed on, with what is made of it.
 * Everything between the two (down, deeper levels, up) is the inner branch of that Concat.
 */
export function isLevel(search: Search, span: Span): boolean {
  if (shortcutOf(search, span) !== 'concatenated') return false;
  const { graph } = search.flow;
  const origins = joinOperands(search, span).map((operand) => behindNoise(graph, tensorAt(search.flow, operand) ?? ''));
  return origins.includes(behindNoise(graph, tensorAt(search.flow, span.input) ?? ''));
}

/** `known` holds the kinds of all inner spans. */
function kindOf(search: Search, span: Span, known: SpanKinds): SpanKind {
  const node = lastNode(search, span);
  if (!node) return 'other';
  const isSingle = span.operations.length === 1 && span.children.length === 0;
  if (span.weight === 0) return isSingle ? singleLightKind(search, span, node) : parallelLightKind(search, span);
  if (isSingle) return node.hasSubgraph ? 'opaque' : 'weighted';
  if (!JOINS.has(node.opType)) return 'compound';
  if (CONCATENATIONS.has(node.opType)) return 'join';
  return joinOrGate(search, span, known);
}

function singleLightKind(search: Search, span: Span, node: GraphNode): SpanKind {
  if (QUANTISERS.has(node.opType)) return 'quantise';
  if (!preserves(search, span)) return 'other';
  if (NOISE.has(node.opType)) return 'noise';
  if (ACTIVATIONS.has(node.opType) || LIMITS.has(node.opType)) return 'activation';
  if (NORMS.has(node.opType)) return 'norm';
  return ARITHMETIC.has(node.opType) ? 'affine' : 'other';
}

/** Branches without weights that work element by element: x · sigmoid(x), a spelled-out GELU or layer norm. */
function parallelLightKind(search: Search, span: Span): SpanKind {
  if (span.rank === Rank.other || !preserves(search, span)) return 'other';
  return span.rank === Rank.elementwise ? 'activation' : 'norm';
}

/**
 * Operands of one shape are a join. Where they differ, a weightless operand of the full shape is the main branch, and
 * the weights only make a factor (or an offset) for it: a gate. So they do in a product with such an operand, whatever the
 * shape: on a picture of one pixel, a squeeze-excite makes as many factors as there are values. Another product of unlike
 * operands is a part of something larger, such as the rescaling behind an integer convolution.
 */
function joinOrGate(search: Search, span: Span, known: SpanKinds): SpanKind {
  const result = shapeAt(search, span.output);
  const isFull = (vertex: number): boolean => {
    const shape = shapeAt(search, vertex);
    return shape !== undefined && result !== undefined && isSameShape(shape, result);
  };
  const isProduct = lastNode(search, span)?.opType === 'Mul';
  const hasMainBranch = weightlessOperands(search, span).some(isFull);
  if (isProduct && hasMainBranch) return 'gate';
  if (joinOperands(search, span).every(isFull)) return holdsOnlyGates(span, known) ? 'gate' : 'join';
  if (hasMainBranch) return 'gate';
  return isProduct ? 'compound' : 'join';
}

/** Tensors that meet in the last operation of a span. */
function joinOperands({ flow }: Search, { operations }: Span): readonly number[] {
  return flow.predecessors[operations.at(-1) ?? -1] ?? [];
}

/** Operands of a join that no weighted operation of the span has touched. */
function weightlessOperands(search: Search, span: Span): readonly number[] {
  const { flow, tree } = search;
  const isSplitByWeights = span.weight > span.children.reduce((sum, { weight }) => sum + weight, 0);
  if (isSplitByWeights) return [];
  const touched = new Set<Chain | undefined>();
  for (const child of span.children) {
    const isFed = flow.predecessors[child.head]?.some((vertex) => touched.has(tree.chainAt(vertex)));
    if (isFed || child.weight > 0) touched.add(child);
  }
  return joinOperands(search, span).filter((operand) => !touched.has(tree.chainAt(operand)));
}

/** Whether all weights of a join lie in gates: then it is itself no more than a gate (x + x · gate(x)). */
function holdsOnlyGates(span: Span, known: SpanKinds): boolean {
  const isGate = (inner: Span): boolean => inner.weight === 0 || known.get(inner) === 'gate';
  return span.children.every((chain) => {
    const spanned = chain.spans.reduce((sum, { weight }) => sum + weight, 0);
    return spanned === chain.weight && chain.spans.every(isGate);
  });
}
