import type { StoppingRule } from './stopping.js';

/** How far the rounds are. */
export interface RoundsSoFar {
  readonly rounds: number;
  readonly elapsedMs: number;
  /** From the last look; `undefined` before the first. */
  readonly relativeHalfWidth: number | undefined;
}

/**
 * An estimate of how long the rounds will go on, in ms. An interval narrows with √n, so n rounds with half-width h reach
 * the precision ε after n·(h/ε)² rounds, unless a cap comes first.
 */
export function remainingMs(rule: StoppingRule, { rounds, elapsedMs, relativeHalfWidth }: RoundsSoFar): number {
  const perRoundMs = elapsedMs / Math.max(1, rounds);
  const narrowing = relativeHalfWidth === undefined ? 1 : (relativeHalfWidth / rule.precision) ** 2;
  const needed = Math.max(rule.minRuns, rounds * narrowing);
  const roundsLeft = Math.max(0, Math.min(needed, rule.maxRuns) - rounds);
  return Math.min(roundsLeft * perRoundMs, Math.max(0, rule.maxSeconds * 1000 - elapsedMs));
}
