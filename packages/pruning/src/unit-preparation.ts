import type { CandidateKind } from './candidate.js';
import type { Span } from './region-tree.js';
import { type Search, shapeAt } from './search.js';
import { lastNode, type SpanKinds } from './span-kind.js';

/** What lies in front of a weighted operation and behind it. */
interface Neighbours {
  readonly kind: CandidateKind;
  readonly core: Span;
  /** Spans since the unit before. */
  readonly gap: readonly Span[];
  readonly following: Span | undefined;
}

/**
 * How many of the spans in front of a weighted operation only prepare its input, and so go with it: its padding, where an
 * exporter writes that as a node; the Transpose of a convolution in a network that lays channels last, when the one behind
 * takes it back; and the quantisation of its input, from real numbers on.
 */
export function preparationOf(search: Search, kinds: SpanKinds, { kind, core, gap, following }: Neighbours): number {
  const isOwn = (span: Span): boolean => {
    if (kinds.get(span) === 'quantise')
      return (kind === 'conv' || kind === 'linear') && !isInteger(search, core.output);
    return kind === 'conv' && (isTransposition(search, span) || singleType(search, span) === 'Pad');
  };
  const first = gap.findLastIndex((span) => !isOwn(span)) + 1;
  const start = gap.findIndex((_, index) => index >= first && isWhole(search, gap.slice(index), following));
  return start === -1 ? 0 : gap.length - start;
}

/** Whether a span is nothing but a Transpose. */
export function isTransposition(search: Search, span: Span): boolean {
  return singleType(search, span) === 'Transpose';
}

/** Whether a preparation begins with real numbers, and what it transposes is transposed back behind the operation. */
function isWhole(search: Search, spans: readonly Span[], following: Span | undefined): boolean {
  const [first] = spans;
  if (first && isInteger(search, first.input)) return false;
  const [turn, ...more] = spans.filter((span) => isTransposition(search, span));
  if (!turn) return true;
  return more.length === 0 && following !== undefined && areInverse(permOf(search, turn), permOf(search, following));
}

function isInteger(search: Search, tensor: number): boolean {
  return /^u?int/.test(shapeAt(search, tensor)?.elementType ?? '');
}

function permOf(search: Search, span: Span): readonly number[] {
  return isTransposition(search, span) ? (lastNode(search, span)?.attribute('perm')?.ints ?? []) : [];
}

function areInverse(a: readonly number[], b: readonly number[]): boolean {
  return a.length > 0 && a.length === b.length && a.every((axis, index) => b[axis] === index);
}

function singleType(search: Search, span: Span): string | undefined {
  return span.operations.length === 1 && span.children.length === 0 ? lastNode(search, span)?.opType : undefined;
}
