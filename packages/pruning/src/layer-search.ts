import { blockCandidates } from './block-search.js';
import { type Candidate, candidateOf, LARGEST_COMPOUND, regionOf } from './candidate.js';
import { endOfJoin } from './join-extent.js';
import { operationsIn } from './region-nodes.js';
import type { Chain, Span } from './region-tree.js';
import { preserves, type Search } from './search.js';
import { type SpanKinds, spanKinds } from './span-kind.js';
import { unitsIn } from './units.js';

/**
 * Candidates at granularity `layer`: the finest regions at all. Every unit (a weighted operation with its norm and
 * activation) and every gate that keeps its shape; where no single one does, the shortest run of neighbouring units
 * that does, or the block around them; and the units that no such region holds, to be listed as not removable.
 */
export function layerCandidates(search: Search): Candidate[] {
  const kinds = spanKinds(search);
  const found = new Map<Chain, Candidate[]>();
  for (const chain of search.tree.chains) found.set(chain, candidatesOfChain(search, kinds, chain, found));
  return withWholeBlocks(search, found.get(search.tree.root) ?? []);
}

type Found = ReadonlyMap<Chain, readonly Candidate[]>;

/** A unit or a join of a chain, by its spans, with the finest regions found inside it so far. */
interface Element {
  readonly spans: readonly Span[];
  /** Position of its first span. */
  readonly from: number;
  readonly candidates: readonly Candidate[];
  readonly isJoin: boolean;
}

function candidatesOfChain(search: Search, kinds: SpanKinds, chain: Chain, found: Found): Candidate[] {
  const elements = elementsOf(search, kinds, chain, found);
  const loose = chain.loose.flatMap((inner) => found.get(inner) ?? []);
  return [...shortestRuns(search, chain.spans, elements).flatMap(({ candidates }) => candidates), ...loose];
}

function elementsOf(search: Search, kinds: SpanKinds, chain: Chain, found: Found): Element[] {
  const position = new Map(chain.spans.map((span, index) => [span, index]));
  const units = unitsIn(search, kinds, chain.spans, { gatesApart: true }).flatMap(({ kind, spans }) => {
    const [first] = spans;
    if (!first) return [];
    const inner = heldBy(first, found);
    const isLarge = kind === 'compound' || (kind === 'gate' && first.weight > LARGEST_COMPOUND);
    const candidates = isLarge && inner.length > 0 ? inner : candidateOf(kind, spans);
    return [{ spans, from: position.get(first) ?? 0, candidates, isJoin: false }];
  });
  const joins = chain.spans.flatMap((join, from) => {
    if (kinds.get(join) !== 'join') return [];
    const spans = chain.spans.slice(from, endOfJoin(search, kinds, chain.spans, from) + 1);
    const inner = heldBy(join, found);
    const candidates =
      holdsRemovable(search, inner) || !keepsShape(search, spans) ? inner : candidateOf('join', spans, { join });
    return [{ spans, from, candidates, isJoin: true }];
  });
  return [...units, ...joins].sort((a, b) => a.from - b.from);
}

function heldBy(span: Span, found: Found): Candidate[] {
  return span.children.flatMap((chain) => found.get(chain) ?? []);
}

function holdsRemovable(search: Search, candidates: readonly Candidate[]): boolean {
  return candidates.some(({ region }) => preserves(search, region));
}

function keepsShape(search: Search, spans: readonly Span[]): boolean {
  const region = regionOf(spans);
  return region !== undefined && preserves(search, region);
}

/** Puts neighbouring units together where none of them can go but all together keep the shape, the shortest runs first. */
function shortestRuns(search: Search, spans: readonly Span[], elements: readonly Element[]): Element[] {
  const result: Element[] = [];
  let open = new Map<string, number>();
  for (const element of elements) {
    result.push(element);
    if (element.isJoin || holdsRemovable(search, element.candidates)) {
      open = new Map();
      continue;
    }
    open.set(shapeKey(search, element.spans[0]?.input), result.length - 1);
    const start = open.get(shapeKey(search, element.spans.at(-1)?.output));
    const first = start === undefined ? undefined : result[start];
    if (start === undefined || !first) continue;
    const run = spans.slice(first.from, element.from + element.spans.length);
    if (!keepsShape(search, run)) continue;
    result.splice(start, result.length, { ...first, spans: run, candidates: candidateOf('branch', run) });
    open = new Map();
  }
  return result;
}

/** Where a block can go and nothing inside it can, the block is the finest region. */
function withWholeBlocks(search: Search, layers: readonly Candidate[]): Candidate[] {
  const owner = new Map<number, Candidate>();
  for (const block of blockCandidates(search)) {
    if (!preserves(search, block.region)) continue;
    for (const { index } of operationsIn(search.flow, block.region)) owner.set(index, block);
  }
  const blockOf = ({ region }: Candidate): Candidate | undefined => {
    const owners = new Set(operationsIn(search.flow, region).map(({ index }) => owner.get(index)));
    const [only] = owners;
    return owners.size === 1 ? only : undefined;
  };
  const held = new Map<Candidate | undefined, Candidate[]>();
  for (const layer of layers) {
    const block = blockOf(layer);
    held.set(block, [...(held.get(block) ?? []), layer]);
  }
  return [...held].flatMap(([block, inside]) => (block && !holdsRemovable(search, inside) ? [block] : inside));
}

function shapeKey({ flow, shapes }: Search, vertex: number | undefined): string {
  const found = flow.vertices[vertex ?? -1];
  const shape = found?.kind === 'tensor' ? shapes.get(found.name) : undefined;
  return shape ? `${shape.elementType} ${shape.dims.join()}` : `unknown ${vertex}`;
}
