/** How often, and after how long, something is tried again. */
export interface RetryPolicy {
  /** Tries after the first one; 0: never again. */
  readonly retries: number;
  /** The first pause is at most this long; it doubles with every further one. */
  readonly baseMs: number;
  /** No pause is longer. */
  readonly maxMs: number;
}

/** Reads and idempotent writes: gives a restarting API about ten seconds. */
export const DEFAULT_RETRY: RetryPolicy = { retries: 5, baseMs: 250, maxMs: 5_000 };

/**
 * The pause before try `attempt` + 1, in ms: exponential with half of it random, so that many clients which lost the
 * same server do not come back in the same instant.
 * @param attempt tries that have failed so far, at least 1
 * @param random a number in [0, 1)
 */
export function retryDelayMs(attempt: number, policy: RetryPolicy, random: number): number {
  const ceilingMs = Math.min(policy.maxMs, policy.baseMs * 2 ** Math.min(attempt - 1, 30));
  return ceilingMs * (0.5 + random / 2);
}

/** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
