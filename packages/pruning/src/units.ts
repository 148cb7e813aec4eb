import type { CandidateKind } from './candidate.js';
import { convolutionForm } from './convolution.js';
import { CONVOLUTIONS } from './operators.js';
import type { Span } from './region-tree.js';
import type { Search } from './search.js';
import { isInPlace, lastNode, type SpanKind, type SpanKinds } from './span-kind.js';
import { isTransposition, preparationOf } from './unit-preparation.js';

/** A weighted operation with the norm, bias, activation (and gate) behind it, and what only prepares its input. */
export interface Unit {
  readonly kind: CandidateKind;
  readonly spans: readonly Span[];
  /** The weighted operation. */
  readonly core: Span;
  /** Spans between the unit in front and this one. */
  readonly gap: readonly Span[];
}

/**
 * The units in neighbouring spans of a chain: each is a weighted operation that takes what follows and works in place.
 * With `gatesApart` a gate is a unit of its own, otherwise it goes with the unit in front of it.
 */
export function unitsIn(
  search: Search,
  kinds: SpanKinds,
  spans: readonly Span[],
  { gatesApart }: { gatesApart: boolean },
): Unit[] {
  const units: { kind: CandidateKind; spans: Span[]; core: Span; gap: Span[] }[] = [];
  let gap: Span[] = [];
  let closing: Span | undefined;
  for (const [index, span] of spans.entries()) {
    const kind = kinds.get(span);
    const current = units.at(-1);
    const begun = unitKind(search, span, kind);
    if (begun && (begun !== 'gate' || gatesApart)) {
      const following = spans[index + 1];
      const start = gap.length - preparationOf(search, kinds, { kind: begun, core: span, gap, following });
      const own = gap.slice(start);
      units.push({ kind: begun, spans: [...own, span], core: span, gap: gap.slice(0, start) });
      closing = own.some((each) => isTransposition(search, each)) ? following : undefined;
      gap = [];
    } else if (current && gap.length === 0 && (span === closing || isInPlace(kind) || kind === 'gate')) {
      current.spans.push(span);
    } else {
      gap.push(span);
    }
  }
  return units;
}

/**
 * Puts the factors of factorised convolutions together. A depthwise convolution cannot mix channels, so the pointwise
 * one behind it is its second half (Howard et al., MobileNets, arXiv 1704.04861); a pointwise one in front that widens,
 * and is not itself the second half of another, is its expansion (Sandler et al., MobileNetV2, arXiv 1801.04381).
 */
export function withSeparableUnits(search: Search, kinds: SpanKinds, units: readonly Unit[]): Unit[] {
  const merged: Unit[] = [];
  let isHalved = false;
  for (const [index, unit] of units.entries()) {
    const second = units[index + 1];
    if (isHalved) {
      isHalved = false;
      continue;
    }
    isHalved = second !== undefined && isHalfOf(search, kinds, unit, second);
    if (!second || !isHalved) {
      merged.push(unit);
      continue;
    }
    const expansion = merged.at(-1);
    const whole = together('separable', unit, second);
    if (expansion && isExpansionOf(search, kinds, expansion, unit)) {
      merged.splice(-1, 1, together('separable', expansion, whole));
    } else {
      merged.push(whole);
    }
  }
  return merged;
}

function isHalfOf(search: Search, kinds: SpanKinds, first: Unit, second: Unit): boolean {
  return (
    formOf(search, first)?.isDepthwise === true &&
    formOf(search, second)?.isPointwise === true &&
    isNextTo(kinds, second)
  );
}

function isExpansionOf(search: Search, kinds: SpanKinds, first: Unit, depthwise: Unit): boolean {
  const form = formOf(search, first);
  return form?.isPointwise === true && form.channelsOut > form.channelsIn && isNextTo(kinds, depthwise);
}

/** The form of a unit that is one convolution. */
function formOf(search: Search, { kind, core }: Unit): ReturnType<typeof convolutionForm> {
  return kind === 'conv' ? convolutionForm(search, core) : undefined;
}

/** Whether nothing but changes of representation lies between a unit and the one in front of it. */
function isNextTo(kinds: SpanKinds, { gap }: Unit): boolean {
  return gap.every((span) => kinds.get(span) === 'quantise' || kinds.get(span) === 'noise');
}

function together(kind: CandidateKind, first: Unit, second: Unit): Unit {
  return { kind, spans: [...first.spans, ...second.gap, ...second.spans], core: first.core, gap: first.gap };
}

function unitKind(search: Search, span: Span, kind: SpanKind | undefined): CandidateKind | undefined {
  if (kind === 'opaque' || kind === 'compound' || kind === 'gate') return kind;
  if (kind !== 'weighted') return undefined;
  return CONVOLUTIONS.has(lastNode(search, span)?.opType ?? '') ? 'conv' : 'linear';
}
