import { convolutionForm } from './convolution.js';
import { CONCATENATIONS } from './operators.js';
import type { Span } from './region-tree.js';
import { isSameShape, type Search, shapeAt } from './search.js';
import { isInPlace, lastNode, shortcutOf, type SpanKind, type SpanKinds } from './span-kind.js';
import { unitsIn, withSeparableUnits } from './units.js';

/** How far a join reaches along its chain: positions of its first and last span, inclusive. */
export interface Extent {
  readonly from: number;
  readonly to: number;
}

/** The operations by which channels of several groups are mixed (Zhang et al., ShuffleNet, arXiv 1707.01083). */
const SHUFFLE = ['Reshape', 'Transpose', 'Reshape'];

/** Behind a join its activation, a channel shuffle and their like belong to it. Position of the last such span. */
export function endOfJoin(search: Search, kinds: SpanKinds, spans: readonly Span[], join: number): number {
  let end = join;
  for (;;) {
    const kind = kindAt(kinds, spans, end + 1);
    if (kind === 'activation' || kind === 'noise') end++;
    else if (isShuffle(search, spans.slice(end, end + SHUFFLE.length + 1))) end += SHUFFLE.length;
    else return end;
  }
}

/** `spans`: the one that makes the tensor, then the three that may shuffle it. */
function isShuffle(search: Search, [before, ...shuffle]: readonly Span[]): boolean {
  const types = shuffle.map((span) => (span.children.length === 0 ? lastNode(search, span)?.opType : undefined));
  const last = shuffle.at(-1);
  if (!before || !last || SHUFFLE.some((type, index) => types[index] !== type)) return false;
  const [shapeBefore, shapeAfter] = [shapeAt(search, before.output), shapeAt(search, last.output)];
  return shapeBefore !== undefined && shapeAfter !== undefined && isSameShape(shapeBefore, shapeAfter);
}

/**
 * In front of a join, quantisation belongs to it: its branches may read one integer tensor, but a removed block must
 * connect real numbers, whose scale no one else fixes. Position of the first such span, not before `first`.
 */
export function startOfJoin(
  search: Search,
  kinds: SpanKinds,
  spans: readonly Span[],
  { join, first }: { join: number; first: number },
): number {
  let start = join;
  while (start > first && isInteger(search, spans[start])) {
    const kind = kindAt(kinds, spans, start - 1);
    if (kind !== 'quantise' && kind !== 'noise') break;
    start--;
  }
  return start;
}

/**
 * Position of the squeeze of a fire module, not before `first`: a pointwise convolution that narrows its input right in
 * front of branches which all have weights and are concatenated (Iandola et al., SqueezeNet, arXiv 1602.07360). The
 * second half of a factorised convolution is none. Undefined where there is none.
 */
export function squeezeOf(
  search: Search,
  kinds: SpanKinds,
  spans: readonly Span[],
  { join, first, start }: { join: number; first: number; start: number },
): number | undefined {
  const span = spans[join];
  const isFire =
    span && CONCATENATIONS.has(lastNode(search, span)?.opType ?? '') && shortcutOf(search, span) === 'none';
  if (!isFire) return undefined;
  const units = withSeparableUnits(
    search,
    kinds,
    unitsIn(search, kinds, spans.slice(first, start), { gatesApart: false }),
  );
  const unit = units.at(-1);
  const isAdjacent = unit?.spans.at(-1) === spans[start - 1];
  const form = unit?.kind === 'conv' && isAdjacent ? convolutionForm(search, unit.core) : undefined;
  return form?.isPointwise && form.channelsOut < form.channelsIn ? start - (unit?.spans.length ?? 0) : undefined;
}

/**
 * Lengthens joins by the norm behind them where that is the network's style: in a post-norm transformer, and unlike in
 * a pre-norm one, most joins are separated from the next by a norm that all branches of the next read. `ends` maps the
 * position of each join to that of its last span.
 */
export function withNormsBehind(
  kinds: SpanKinds,
  spans: readonly Span[],
  ends: ReadonlyMap<number, number>,
): ReadonlyMap<number, number> {
  const runs = [...ends].map(([join, end]) => {
    const run = runInPlace(kinds, spans, end + 1);
    return { join, end, run, leadsToJoin: ends.has(end + 1 + run.length) };
  });
  const between = runs.filter(({ leadsToJoin }) => leadsToJoin);
  const normed = between.filter(({ run }) => run.includes('norm'));
  const style = normed[0]?.run.join(' ');
  if (style === undefined || normed.length * 2 <= between.length) return ends;
  return new Map(
    runs.map(({ join, end, run }) => {
      const isStyled = run.join(' ') === style;
      return [join, isStyled ? end + run.length : end];
    }),
  );
}

function runInPlace(kinds: SpanKinds, spans: readonly Span[], from: number): SpanKind[] {
  const run: SpanKind[] = [];
  for (let index = from; ; index++) {
    const kind = kindAt(kinds, spans, index);
    if (!kind || !isInPlace(kind)) return run;
    run.push(kind);
  }
}

function isInteger(search: Search, span: Span | undefined): boolean {
  return /^u?int/.test((span && shapeAt(search, span.input)?.elementType) ?? '');
}

function kindAt(kinds: SpanKinds, spans: readonly Span[], index: number): SpanKind | undefined {
  const span = spans[index];
  return span && kinds.get(span);
}
