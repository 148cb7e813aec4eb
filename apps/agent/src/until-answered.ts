import { pause, type RetryPolicy, retryDelayMs } from '@espalier/client';
import type { Logger } from 'pino';
import { verdictOf } from './verdict.js';

/** An agent outlasts any outage; it looks again often enough to be back well before a lease has run out. */
export const PATIENT: RetryPolicy = { retries: Number.POSITIVE_INFINITY, baseMs: 500, maxMs: 10_000 };

/** What waiting for an answer takes. */
export interface Waiting {
  /** What is being tried, in the log. */
  readonly what: string;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly random: () => number;
}

/**
 * Calls the API, or Redis, until it gives an answer that waiting cannot change, and says in the log when it tries next.
 * @throws the error of that answer, or the signal's reason
 */
export async function untilAnswered<Answer>(
  { what, signal, log, random }: Waiting,
  call: () => Promise<Answer>,
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (signal.aborted || verdictOf(error) !== 'later') throw error;
      const nextTryMs = Math.round(retryDelayMs(attempt, PATIENT, random()));
      log.warn({ what, attempt, nextTryMs, reason: String(error) }, 'no answer; trying again');
      await pause(nextTryMs, signal);
    }
  }
}
