import { type Candidate, candidateOf, isComposite, LARGEST_COMPOUND, regionOf } from './candidate.js';
import { endOfJoin, squeezeOf, startOfJoin, withNormsBehind } from './join-extent.js';
import type { Chain, Span } from './region-tree.js';
import { preserves, type Search } from './search.js';
import { hasShortcut, isInPlace, type SpanKinds, spanKinds } from './span-kind.js';
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
  const kinds = spanKinds(search);
  const found = new Map<Chain, Candidate[]>();
  for (const chain of search.tree.chains) found.set(chain, candidatesOfChain(search, kinds, chain, found));
  const all = found.get(search.tree.root) ?? [];
  const inComposites = all.filter(isComposite).reduce((sum, { weight }) => sum + weight, 0);
  const isModular = inComposites > 0 && inComposites >= MODULAR_SHARE * search.tree.root.weight;
  const hasConvolutions = all.some(({ kind }) => kind === 'conv');
  return all.filter((candidate) => {
    if (isComposite(candidate) || candidate.kind === 'opaque') return true;
    const canGo = preserves(search, candidate.region);
    if (isModular) return candidate.isBetween && canGo;
    return candidate.kind !== 'linear' || canGo || !hasConvolutions;
  });
}

type Found = ReadonlyMap<Chain, readonly Candidate[]>;

/** A piece of a chain that is one block, or that holds blocks. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly candidates: readonly Candidate[];
}

function candidatesOfChain(search: Search, kinds: SpanKinds, chain: Chain, found: Found): Candidate[] {
  const { spans } = chain;
  const pieces = [...joinPieces(search, kinds, spans, found)].sort((a, b) => a.from - b.from);
  const loose = chain.loose.flatMap((inner) => found.get(inner) ?? []);
  const ordered: Candidate[][] = [];
  let next = 0;
  for (const piece of [...pieces, { from: spans.length, to: spans.length, candidates: loose }]) {
    const units = unitsIn(search, kinds, spans.slice(next, piece.from), { gatesApart: false });
    const whole = withSeparableUnits(search, kinds, units);
    ordered.push(
      whole.flatMap((unit) => candidateOf(unit.kind, unit.spans)),
      [...piece.candidates],
    );
    next = piece.to + 1;
  }
  return chain === search.tree.root ? markEnds(ordered.flat()) : ordered.flat();
}

/** Marks what lies in front of the first larger block and behind the last. */
function markEnds(candidates: readonly Candidate[]): Candidate[] {
  const first = candidates.findIndex(isComposite);
  const last = candidates.findLastIndex(isComposite);
  return candidates.map((each, index) => ({ ...each, isBetween: index >= first && index <= last }));
}

/** The pieces of a chain around its joins and other spans with branches inside. */
function joinPieces(search: Search, kinds: SpanKinds, spans: readonly Span[], found: Found): Piece[] {
  const holders = spans.flatMap((span, index) =>
    isContainer(search, kinds, spans, index, found)
      ? [{ from: index, to: index, candidates: heldBy(kinds, span, found) }]
      : [],
  );
  const taken = new Set(holders.map(({ from }) => from));
  const joins = spans.flatMap((span, index) => (kinds.get(span) === 'join' && !taken.has(index) ? [index] : []));
  const ends = withNormsBehind(
    kinds,
    spans,
    new Map(joins.map((join) => [join, endOfJoin(search, kinds, spans, join)])),
  );
  const pieces: Piece[] = [...holders];
  let first = 0;
  for (const [index, join] of spans.entries()) {
    const end = ends.get(index);
    if (end !== undefined) {
      const from = startOf(search, kinds, spans, { join: index, first, end });
      const members = spans.slice(from, end + 1);
      const candidates = candidateOf('join', members, { join, hasShortcut: hasShortcut(search, join) });
      pieces.push({ from, to: end, candidates });
      first = end + 1;
    } else if (taken.has(index)) {
      first = index + 1;
    }
  }
  return pieces;
}

/** The squeeze counts only where the join alone changes the shape and all branches have weights, as in a fire module. */
function startOf(
  search: Search,
  kinds: SpanKinds,
  spans: readonly Span[],
  { join, first, end }: { join: number; first: number; end: number },
): number {
  const start = startOfJoin(search, kinds, spans, { join, first });
  const region = regionOf(spans.slice(start, end + 1));
  const isOpen = spans.slice(join, join + 1).some((span) => hasShortcut(search, span));
  if (isOpen || (region && preserves(search, region))) return start;
  return squeezeOf(search, kinds, spans, { join: start, first }) ?? start;
}

/** Whether a span is too large or too tangled to be one block, so that the blocks are inside it. */
function isContainer(search: Search, kinds: SpanKinds, spans: readonly Span[], index: number, found: Found): boolean {
  const span = spans[index];
  if (!span) return false;
  const kind = kinds.get(span);
  const inner = span.children.flatMap((chain) => found.get(chain) ?? []).filter((each) => each.kind === 'join');
  if (kind === 'gate' || kind === 'compound') return span.weight > LARGEST_COMPOUND || inner.length > 0;
  if (kind !== 'join') return false;
  if (span.weight > LARGEST_MODULE && span.weight * 2 > search.tree.root.weight) return true;
  const shortcuts = inner.filter((each) => each.hasShortcut);
  const end = endOfJoin(search, kinds, spans, index);
  const region = regionOf(spans.slice(startOfJoin(search, kinds, spans, { join: index, first: 0 }), end + 1));
  if (region && preserves(search, region)) {
    const held = shortcuts
      .filter((each) => preserves(search, each.region))
      .reduce((sum, { weight }) => sum + weight, 0);
    return held * 2 > span.weight;
  }
  return shortcuts.length > 0 || isTangled(span);
}

/** Whether the branches of a span feed each other, as the layers of a dense block do. */
function isTangled({ children }: Span): boolean {
  return children.some(({ startsAtMerge }) => startsAtMerge);
}

/** What a container holds; the runs between the crossings of a tangled one count as a whole. */
function heldBy(kinds: SpanKinds, span: Span, found: Found): Candidate[] {
  return span.children.flatMap((chain) => {
    const inner = [...(found.get(chain) ?? [])];
    const isRun = isTangled(span) && chain.weight > 0 && chain.weight <= LARGEST_BRANCH && !inner.some(isComposite);
    return isRun ? candidateOf('branch', trimmed(kinds, chain.spans)) : inner;
  });
}

/** Without what does not work in place at either end. */
function trimmed(kinds: SpanKinds, spans: readonly Span[]): readonly Span[] {
  const isPart = (span: Span): boolean => span.weight > 0 || isInPlace(kinds.get(span));
  return spans.slice(spans.findIndex(isPart), spans.findLastIndex(isPart) + 1);
}
