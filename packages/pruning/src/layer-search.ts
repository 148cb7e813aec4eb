import { blockCandidates } from './block-search.js';
import { type Candidate, candidateOf, LARGEST_COMPOUND, regionOf } from './candidate.js';
import { candidatesIn, hold, type Holding } from './holding.js';
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
  const context: Context = { search, kinds: spanKinds(search), found: new Map() };
  for (const chain of search.tree.chains) context.found.set(chain, holdingOf(context, chain));
  const whole = context.found.get(search.tree.root);
  return whole ? withWholeBlocks(search, candidatesIn(whole)) : [];
}

interface Context {
  readonly search: Search;
  readonly kinds: SpanKinds;
  /** What the chains hold that have been searched: all inner ones of the chain at hand. */
  readonly found: Map<Chain, Holding>;
}

/** A unit or a join of a chain, by its spans, with the finest regions found inside it so far. */
interface Element {
  readonly spans: readonly Span[];
  /** Position of its first span. */
  readonly from: number;
  readonly held: Holding;
  readonly isJoin: boolean;
}

function holdingOf(context: Context, chain: Chain): Holding {
  const runs = shortestRuns(context, chain.spans, elementsOf(context, chain));
  const loose = chain.loose.flatMap((inner) => context.found.get(inner) ?? []);
  return hold(context.search, [...runs.map(({ held }) => held), ...loose]);
}

function elementsOf(context: Context, chain: Chain): Element[] {
  const { search, kinds } = context;
  const position = new Map(chain.spans.map((span, index) => [span, index]));
  const units = unitsIn(search, kinds, chain.spans, { gatesApart: true }).flatMap(({ kind, spans, core }) => {
    const [first] = spans;
    if (!first) return [];
    const inner = heldBy(context, core);
    const isLarge = kind === 'compound' || (kind === 'gate' && core.weight > LARGEST_COMPOUND);
    const held = isLarge && inner.parts.length > 0 ? inner : hold(search, candidateOf(kind, spans));
    return [{ spans, from: position.get(first) ?? 0, held, isJoin: false }];
  });
  const joins = chain.spans.flatMap((join, from) => {
    if (kinds.get(join) !== 'join') return [];
    const spans = chain.spans.slice(from, endOfJoin(search, kinds, chain.spans, from) + 1);
    const inner = heldBy(context, join);
    const isFinest = !inner.hasRemovable && keepsShape(search, spans);
    return [{ spans, from, held: isFinest ? hold(search, candidateOf('join', spans, { join })) : inner, isJoin: true }];
  });
  return [...units, ...joins].sort((a, b) => a.from - b.from);
}

function heldBy({ search, found }: Context, span: Span): Holding {
  return hold(
    search,
    span.children.flatMap((chain) => found.get(chain) ?? []),
  );
}

function keepsShape(search: Search, spans: readonly Span[]): boolean {
  const region = regionOf(spans);
  return region !== undefined && preserves(search, region);
}

/** Puts neighbouring units together where none of them can go but all together keep the shape, the shortest runs first. */
function shortestRuns({ search }: Context, spans: readonly Span[], elements: readonly Element[]): Element[] {
  const result: Element[] = [];
  let open = new Map<string, number>();
  for (const element of elements) {
    result.push(element);
    if (element.isJoin || element.held.hasRemovable) {
      open = new Map();
      continue;
    }
    open.set(shapeKey(search, element.spans[0]?.input), result.length - 1);
    const start = open.get(shapeKey(search, element.spans.at(-1)?.output));
    const first = start === undefined ? undefined : result[start];
    if (start === undefined || !first) continue;
    const run = spans.slice(first.from, element.from + element.spans.length);
    if (!keepsShape(search, run)) continue;
    result.splice(start, result.length, { ...first, spans: run, held: hold(search, candidateOf('branch', run)) });
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
  const inside = new Map<Candidate, Candidate[]>();
  const outside: Candidate[] = [];
  for (const layer of layers) {
    const owners = new Set(operationsIn(search.flow, layer.region).map(({ index }) => owner.get(index)));
    const [block] = owners;
    if (!block || owners.size > 1) outside.push(layer);
    else if (inside.get(block)?.push(layer) === undefined) inside.set(block, [layer]);
  }
  const finest = [...inside].map(([block, held]) =>
    held.some(({ region }) => preserves(search, region)) ? held : [block],
  );
  return [...outside, ...finest.flat()];
}

function shapeKey({ flow, shapes }: Search, vertex: number | undefined): string {
  const found = flow.vertices[vertex ?? -1];
  const shape = found?.kind === 'tensor' ? shapes.get(found.name) : undefined;
  return shape ? `${shape.elementType} ${shape.dims.join()}` : `unknown ${vertex}`;
}
