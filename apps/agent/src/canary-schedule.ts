/** How often the canary is measured; 0: never for this reason. */
export interface CanaryIntervals {
  /** Between two jobs, when the latest is older than this. */
  readonly betweenJobsMs: number;
  /** While there are no jobs. */
  readonly idleMs: number;
}

/** A device that fails may be just disturbed: it is tried again soon, then ever more rarely. */
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 300_000;

/** The pause before a device that failed its canary `failures` times in a row is tried again, in ms: 5 s, 10 s, … 5 min. */
export function retryAfterMs(failures: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(Math.max(0, failures - 1), 30));
}

/** Whether something of this age, in ms, is to be done again; an interval of 0 is never over. */
export function isOver(intervalMs: number, ageMs: number): boolean {
  return intervalMs > 0 && ageMs >= intervalMs;
}
