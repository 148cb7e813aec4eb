import type { StoppingRule } from './stopping.js';

/** How far the rounds of a process are. */
export interface RoundsSoFar {
  readonly rounds: number;
  readonly elapsedMs: number;
  /** From the last look; `undefined` before the first. */
  readonly relativeHalfWidth: number | undefined;
}

/** The part of the work that a process has to do. */
export interface Quota {
  /** How many processes share the work. */
  readonly share: number;
  /** How many of them, this one included, are still to come. */
  readonly processesLeft: number;
  /** What a process costs before its first round (start, load, warm-up), ms. */
  readonly perProcessMs: number;
}

/** One process does it all. */
const ALONE: Quota = { share: 1, processesLeft: 1, perProcessMs: 0 };

/**
 * An estimate of how long the measurement will go on, in ms. An interval narrows with √n, so n rounds with half-width h reach
 * the precision ε after n·(h/ε)² rounds; a process that does one of s shares needs a half-width of ε·√s only. The other
 * processes are taken to be like this one. Caps hold for all processes together.
 */
export function remainingMs(
  rule: StoppingRule,
  { rounds, elapsedMs, relativeHalfWidth }: RoundsSoFar,
  { share, processesLeft, perProcessMs }: Quota = ALONE,
): number {
  const perRoundMs = elapsedMs / Math.max(1, rounds);
  const narrowing = relativeHalfWidth === undefined ? 1 : (relativeHalfWidth / rule.precision) ** 2 / share;
  const needed = Math.min(Math.max(rule.minRuns / share, rounds * narrowing), rule.maxRuns / share);
  const capMs = (rule.maxSeconds * 1000) / share;
  const here = Math.min(Math.max(0, needed - rounds) * perRoundMs, Math.max(0, capMs - elapsedMs));
  return here + Math.max(0, processesLeft - 1) * (perProcessMs + Math.min(needed * perRoundMs, capMs));
}
