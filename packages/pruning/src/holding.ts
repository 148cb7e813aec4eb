import { type Candidate, isComposite } from './candidate.js';
import { preserves, type Search } from './search.js';

/**
 * Candidates of a chain in order, with what the search asks about them summed up: regions nest deeply, and lists that
 * are copied or walked at every level would make it quadratic.
 */
export interface Holding {
  readonly parts: readonly (Candidate | Holding)[];
  readonly hasJoin: boolean;
  readonly hasShortcut: boolean;
  readonly hasResidual: boolean;
  readonly hasComposite: boolean;
  /** Whether some candidate keeps its shape. */
  readonly hasRemovable: boolean;
  /** Weighted operations in residual joins that keep their shape. */
  readonly residualWeight: number;
}

/** Puts candidates and what others hold together. */
export function hold(search: Search, parts: readonly (Candidate | Holding)[]): Holding {
  let [hasJoin, hasShortcut, hasResidual, hasComposite, hasRemovable] = [false, false, false, false, false];
  let residualWeight = 0;
  for (const part of parts) {
    const summary = 'parts' in part ? part : summaryOf(search, part);
    hasJoin ||= summary.hasJoin;
    hasShortcut ||= summary.hasShortcut;
    hasResidual ||= summary.hasResidual;
    hasComposite ||= summary.hasComposite;
    hasRemovable ||= summary.hasRemovable;
    residualWeight += summary.residualWeight;
  }
  return { parts, hasJoin, hasShortcut, hasResidual, hasComposite, hasRemovable, residualWeight };
}

/** All candidates that are held, in order. */
export function candidatesIn(holding: Holding): Candidate[] {
  const found: Candidate[] = [];
  const open: (Candidate | Holding)[] = [holding];
  for (let part = open.pop(); part; part = open.pop()) {
    if ('parts' in part) for (const inner of part.parts.toReversed()) open.push(inner);
    else found.push(part);
  }
  return found;
}

function summaryOf(search: Search, candidate: Candidate): Omit<Holding, 'parts'> {
  const hasRemovable = preserves(search, candidate.region);
  const hasResidual = candidate.shortcut === 'added';
  return {
    hasJoin: candidate.kind === 'join',
    hasShortcut: candidate.shortcut !== 'none',
    hasResidual,
    hasComposite: isComposite(candidate),
    hasRemovable,
    residualWeight: hasResidual && hasRemovable ? candidate.weight : 0,
  };
}
