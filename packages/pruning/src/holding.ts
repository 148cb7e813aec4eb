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
  readonly hasComposite: boolean;
  /** Whether some candidate keeps its shape. */
  readonly hasRemovable: boolean;
  /** Weighted operations in joins with a shortcut that keep their shape. */
  readonly residualWeight: number;
}

/** Puts candidates and what others hold together. */
export function hold(search: Search, parts: readonly (Candidate | Holding)[]): Holding {
  let [hasJoin, hasShortcut, hasComposite, hasRemovable, residualWeight] = [false, false, false, false, 0];
  for (const part of parts) {
    const summary = 'parts' in part ? part : summaryOf(search, part);
    hasJoin ||= summary.hasJoin;
    hasShortcut ||= summary.hasShortcut;
    hasComposite ||= summary.hasComposite;
    hasRemovable ||= summary.hasRemovable;
    residualWeight += summary.residualWeight;
  }
  return { parts, hasJoin, hasShortcut, hasComposite, hasRemovable, residualWeight };
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
  const isJoin = candidate.kind === 'join';
  const hasRemovable = preserves(search, candidate.region);
  const isResidual = isJoin && candidate.hasShortcut && hasRemovable;
  return {
    hasJoin: isJoin,
    hasShortcut: isJoin && candidate.hasShortcut,
    hasComposite: isComposite(candidate),
    hasRemovable,
    residualWeight: isResidual ? candidate.weight : 0,
  };
}
