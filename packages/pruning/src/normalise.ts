import { PruningError } from './errors.js';

/** The importance of one block. */
export interface Importance {
  readonly index: number;
  readonly importance: number;
}

/**
 * Scales importances so that they sum to 1 and none is negative: criteria of unlike size can then be compared and mixed.
 * Where some are negative, the lowest becomes 0 first; where all are equal to 0, all get the same share.
 * @throws PruningError `criterion-not-applicable` for a block without a score, `importance-invalid` for a score that is
 * not a finite number
 */
export function normaliseImportance(
  scores: readonly { readonly index: number; readonly importance: number | null }[],
): readonly Importance[] {
  const values = scores.map(({ index, importance }) => finite(index, importance));
  // Divided first, so that neither differences nor the sum of very large scores leave the range of a float64.
  const magnitude = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const lowest = values.reduce((least, value) => Math.min(least, value / magnitude), 0);
  const raised = values.map((value) => value / magnitude - lowest);
  const shares = raised.some((share) => share > 0) ? raised : raised.map(() => 1);
  const sum = shares.reduce((total, share) => total + share, 0);
  return scores.map(({ index }, position) => ({ index, importance: (shares[position] ?? 0) / sum }));
}

function finite(index: number, importance: number | null): number {
  if (importance === null) {
    throw new PruningError('criterion-not-applicable', `block ${index} has no score`, {
      hint: 'use a criterion that applies to every block, or forbid the block',
    });
  }
  if (!Number.isFinite(importance)) {
    throw new PruningError('importance-invalid', `the score of block ${index} is ${importance}, not a finite number`);
  }
  return importance;
}
