import { type Candidate, candidateOf, isComposite, LARGEST_COMPOUND, regionOf } from './candidate.js';
import { candidatesIn, hold, type Holding } from './holding.js';
import { endOfJoin, squeezeOf, startOfJoin, withNormsBehind } from './join-extent.js';
import type { Chain, Span } from './region-tree.js';
import { preserves, type Search } from './search.js';
import { isInPlace, isLevel, shortcutOf, type SpanKinds, spanKinds } from './span-kind.js';
import { unitsIn, withSeparableUnits } from './units.js';

/** More than the modules of the Inception family hold; a join that spans more than this and half the network is no block. */
const LARGEST_MODULE = 10;

/** A dense layer holds two convolutions, a cell's branch of two separable convolutions four. */
const LARGEST_BRANCH = 4;

/** Share of the weighted operations from which on larger blocks are what a network is made of, and single units are not. */
const MODULAR_SHARE = 0.25;

/**
 * Candidates at granularity `block`. The finest region that closes a residual join, with its activation; factorised
 * convolutions; and where a network is not made of such, every convolution unit. In a network that is, the units in
 * front of the first and behind the last block are its stem and head, and a unit between blocks counts when it can go.
 */
export function blockCandidates(search: Search): Candidate[] {
  const { tree } = search;
  const context: Context = { search, kinds: spanKinds(search), found: new Map() };
  for (const chain of tree.chains) context.found.set(chain, holdingOf(context, chain));
  const whole = context.found.get(tree.root);
  const all = whole ? markEnds(candidatesIn(whole), tree.root) : [];
  const inComposites = all.filter(isComposite).reduce((sum, { weight }) => sum + weight, 0);
  const isModular = inComposites > 0 && inComposites >= MODULAR_SHARE * tree.root.weight;
  const hasConvolutions = all.some(({ kind }) => kind === 'conv');
  return all.filter((candidate) => {
    if (isComposite(candidate) || candidate.kind === 'opaque') return true;
    const canGo = preserves(search, candidate.region);
    if (isModular) return candidate.isBetween && canGo;
    return candidate.kind !== 'linear' || canGo || !hasConvolutions;
  });
}

interface Context {
  readonly search: Search;
  readonly kinds: SpanKinds;
  /** What the chains hold that have been searched: all inner ones of the chain at hand. */
  readonly found: Map<Chain, Holding>;
}

/** A piece of a chain that is one block, or that holds blocks, as positions of its spans. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly parts: readonly (Candidate | Holding)[];
}

function holdingOf(context: Context, { spans, loose }: Chain): Holding {
  const { search, kinds } = context;
  const behind = { from: spans.length, to: spans.length, parts: holdingsOf(context, loose) };
  const parts: (Candidate | Holding)[] = [];
  let next = 0;
  for (const piece of [...joinPieces(context, spans), behind]) {
    const units = unitsIn(search, kinds, spans.slice(next, piece.from), { gatesApart: false });
    for (const unit of withSeparableUnits(search, kinds, units)) parts.push(...candidateOf(unit.kind, unit.spans));
    for (const part of piece.parts) parts.push(part);
    next = piece.to + 1;
  }
  return hold(search, parts);
}

/** Marks the units of the outermost chain in front of the first larger block and behind the last. */
function markEnds(candidates: readonly Candidate[], { spans }: Chain): Candidate[] {
  const outermost = new Set(spans.map(({ output }) => output));
  const first = candidates.findIndex(isComposite);
  const last = candidates.findLastIndex(isComposite);
  return candidates.map((each, index) => {
    const isAtEnd = (index < first || index > last) && outermost.has(each.region.output);
    return { ...each, isBetween: !isAtEnd };
  });
}

/** The pieces of a chain around its joins and other spans with branches inside, in order. */
function joinPieces(context: Context, spans: readonly Span[]): Piece[] {
  const { search, kinds } = context;
  const containers = new Set(spans.filter((_, index) => isContainer(context, spans, index)));
  const joins = spans.flatMap((span, index) => (kinds.get(span) === 'join' && !containers.has(span) ? [index] : []));
  // The activation behind a level is that of the layer which reads it, and stays when the level goes.
  const plainEnds = new Map(
    joins.map((join) => [join, isLevelAt(search, spans, join) ? join : endOfJoin(search, kinds, spans, join)]),
  );
  const ends = withNormsBehind(kinds, spans, plainEnds);
  const pieces: Piece[] = [];
  let first = 0;
  for (const [index, span] of spans.entries()) {
    const end = ends.get(index);
    if (end !== undefined) {
      const from = startOf(context, spans, { join: index, first, end });
      const members = spans.slice(from, end + 1);
      const parts = candidateOf('join', members, {
        join: span,
        shortcut: shortcutOf(search, span),
        isLevel: isLevelAt(search, spans, index),
      });
      pieces.push({ from, to: end, parts });
      first = end + 1;
    } else if (containers.has(span)) {
      pieces.push({ from: index, to: index, parts: heldBy(context, span) });
      first = index + 1;
    }
  }
  return pieces;
}

function isLevelAt(search: Search, spans: readonly Span[], index: number): boolean {
  const span = spans[index];
  return span !== undefined && isLevel(search, span);
}

/** The squeeze counts only where the join alone changes the shape. */
function startOf(
  { search, kinds }: Context,
  spans: readonly Span[],
  { join, first, end }: { join: number; first: number; end: number },
): number {
  const start = startOfJoin(search, kinds, spans, { join, first });
  const region = regionOf(spans.slice(start, end + 1));
  if (region && preserves(search, region)) return start;
  return squeezeOf(search, kinds, spans, { join, first, start }) ?? start;
}

/** Whether a span is too large or too tangled to be one block, so that the blocks are inside it. */
function isContainer(context: Context, spans: readonly Span[], index: number): boolean {
  const { search, kinds } = context;
  const span = spans[index];
  if (!span) return false;
  const kind = kinds.get(span);
  if (kind !== 'join' && kind !== 'gate' && kind !== 'compound') return false;
  const inner = hold(search, holdingsOf(context, span.children));
  if (kind !== 'join') return span.weight > LARGEST_COMPOUND || inner.hasJoin;
  if (span.weight > LARGEST_MODULE && span.weight * 2 > search.tree.root.weight) return true;
  const end = endOfJoin(search, kinds, spans, index);
  const start = startOfJoin(search, kinds, spans, { join: index, first: 0 });
  const region = regionOf(spans.slice(start, end + 1));
  if (region && preserves(search, region)) return inner.residualWeight * 2 > span.weight;
  if (isTangled(span)) return true;
  // The levels of a U-Net hold each other; a block with weights in every branch may hold a split and a Concat.
  return shortcutOf(search, span) === 'none' ? inner.hasResidual : inner.hasShortcut;
}

/** Whether the branches of a span feed each other, as the layers of a dense block do. */
function isTangled({ children }: Span): boolean {
  return children.some(({ startsAtMerge }) => startsAtMerge);
}

/** What a container holds; the runs between the crossings of a tangled one count as a whole. */
function heldBy(context: Context, span: Span): readonly (Candidate | Holding)[] {
  if (!isTangled(span)) return holdingsOf(context, span.children);
  return span.children.flatMap((chain): readonly (Candidate | Holding)[] => {
    const inner = holdingsOf(context, [chain]);
    const isRun = chain.weight > 0 && chain.weight <= LARGEST_BRANCH && !inner.some(({ hasComposite }) => hasComposite);
    return isRun ? candidateOf('branch', trimmed(context.kinds, chain.spans)) : inner;
  });
}

function holdingsOf({ found }: Context, chains: readonly Chain[]): Holding[] {
  return chains.flatMap((chain) => found.get(chain) ?? []);
}

/** Without what does not work in place at either end. */
function trimmed(kinds: SpanKinds, spans: readonly Span[]): readonly Span[] {
  const isPart = (span: Span): boolean => span.weight > 0 || isInPlace(kinds.get(span));
  return spans.slice(spans.findIndex(isPart), spans.findLastIndex(isPart) + 1);
}
