import type { Span } from './region-tree.js';
import type { Region } from './search.js';

/**
 * A region that may become a block. `join`: branches that meet again; `separable`: a convolution that is factorised
 * into depthwise and pointwise ones; `branch`: a run of convolutions between the crossings of a dense region; then the
 * single units: `conv`, `linear`, `compound` (several weighted operations that make one), `gate`, `opaque` (one
 * operation with sub-graphs).
 */
export type CandidateKind = 'join' | 'separable' | 'branch' | 'conv' | 'linear' | 'compound' | 'gate' | 'opaque';

/** `added` makes a join residual; `concatenated` is that of a U-Net, or of a unit that works on half of the channels. */
export type Shortcut = 'added' | 'concatenated' | 'none';

export interface Candidate {
  readonly kind: CandidateKind;
  readonly region: Region;
  /** Number of weighted operations inside. */
  readonly weight: number;
  /** The operation in which the branches of a join meet. */
  readonly meeting: number | undefined;
  /** What one weightless branch of a join is: added to the others, laid beside them, or not there. */
  readonly shortcut: Shortcut;
  /** Whether it is the innermost level of an encoder-decoder, whose result is a Concat of its input with more. */
  readonly isLevel: boolean;
  /** Whether it lies between larger blocks, and not in front of the first or behind the last. */
  readonly isBetween: boolean;
}

/** More weighted operations than any one unit of attention or gating has: what is larger is a network of its own. */
export const LARGEST_COMPOUND = 4;

/** Whether a candidate is made of several convolutions or linear layers by design. */
export function isComposite({ kind }: Pick<Candidate, 'kind'>): boolean {
  return kind === 'join' || kind === 'separable' || kind === 'branch';
}

/** The region that neighbouring spans of a chain make up; undefined for none. */
export function regionOf(spans: readonly Span[]): Region | undefined {
  const [first, last] = [spans[0], spans.at(-1)];
  return first && last && { input: first.input, entries: first.entries, output: last.output };
}

/** Number of weighted operations in spans. */
export function weightOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { weight }) => sum + weight, 0);
}

/** A candidate made of neighbouring spans; none for an empty list. */
export function candidateOf(
  kind: CandidateKind,
  spans: readonly Span[],
  { join, shortcut = 'none', isLevel = false }: { join?: Span; shortcut?: Shortcut; isLevel?: boolean } = {},
): Candidate[] {
  const region = regionOf(spans);
  const meeting = join?.operations.at(-1);
  return region ? [{ kind, region, weight: weightOf(spans), meeting, shortcut, isLevel, isBetween: true }] : [];
}
