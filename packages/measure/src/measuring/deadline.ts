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

const HINT = 'give it a later deadline, a smaller maxSeconds, or fewer processes';

/** How long one probe may take, in ms, when nobody says. */
export function probeDeadlineMs({ maxSeconds, pacing }: MeasurementSpec, artifacts: number): number {
  return LOADING_MS + CAP_FACTOR * maxSeconds * 1000 + LEAST_ROUNDS * artifacts * leastGapMs(pacing);
}

/** When everything has to be done. */
export interface Deadline {
  /**
   * How long the next probe may take, in ms.
   * @throws MeasureError `probe-timeout` when nothing is left
   */
  leftMs(spec: MeasurementSpec, artifacts: number): number;
  /** What a probe failed with, told of the whole when it was the deadline of the whole that it ran into. */
  told(cause: unknown): unknown;
}

const eachItsOwn: Deadline = { leftMs: probeDeadlineMs, told: (cause) => cause };

/** A deadline for all probes of a measurement together, from now on; without one, each has its own. */
export function deadlineFrom(now: () => number, deadlineMs: number | undefined): Deadline {
  if (deadlineMs === undefined) return eachItsOwn;
  const endMs = now() + deadlineMs;
  let begun = 0;
  const message = (): string => `the measurement was not done after ${deadlineMs / 1000} s, in process ${begun}`;
  return {
    leftMs() {
      begun += 1;
      const leftMs = endMs - now();
      if (leftMs > 0) return leftMs;
      throw new MeasureError('probe-timeout', message(), { hint: HINT });
    },
    told(cause) {
      const isTimeout = cause instanceof MeasureError && cause.code === 'probe-timeout';
      if (!isTimeout || begun < 2) return cause;
      return new MeasureError('probe-timeout', message(), { hint: HINT, probe: cause.probe, cause });
    },
  };
}
