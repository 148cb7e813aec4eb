import type { MeasurementSpec } from '@espalier/contracts';
import { MeasureError } from '../measure-error.js';
import { leastGapMs } from '../sampling/pacing.js';

/** Loading big models from a slow disk, and choosing their kernels. */
const LOADING_MS = 120_000;

/**
 * Rounds and warm-up end themselves at their caps, except that a run cannot be interrupted: this leaves time for a model
 * whose single run is longer than the cap.
 */
const CAP_FACTOR = 3;

/** Rounds with gaps in between that may be run at any cap: those that settle, and the two that a sample needs. */
const LEAST_ROUNDS = 5;

/** How long one probe may take, in ms, when nobody says. */
export function probeDeadlineMs({ maxSeconds, pacing }: MeasurementSpec, artifacts: number): number {
  return LOADING_MS + CAP_FACTOR * maxSeconds * 1000 + LEAST_ROUNDS * artifacts * leastGapMs(pacing);
}

/** Says how long the next probe may take. */
export type Deadline = (spec: MeasurementSpec, artifacts: number) => number;

/**
 * A deadline for all probes of a measurement together, from now on; without one, each has its own.
 * The deadline that is returned throws MeasureError `probe-timeout` when nothing is left.
 */
export function deadlineFrom(now: () => number, deadlineMs: number | undefined): Deadline {
  if (deadlineMs === undefined) return probeDeadlineMs;
  const endMs = now() + deadlineMs;
  return () => {
    const leftMs = endMs - now();
    if (leftMs > 0) return leftMs;
    throw new MeasureError('probe-timeout', `the measurement was not done after ${deadlineMs / 1000} s`, {
      hint: 'give it a later deadline, a smaller maxSeconds, or fewer processes',
    });
  };
}
