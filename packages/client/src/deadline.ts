/** A signal that aborts with a caller's signal, or when time is up. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** True once the time was up (and not the caller's signal the reason). */
  readonly expired: () => boolean;
  /** The time no longer counts; the caller's signal still does. */
  readonly stopClock: () => void;
  /** Lets go of the caller's signal. Always call it: a signal may live for months, a request does not. */
  readonly release: () => void;
}

/** @param timeoutMs null: no time limit */
export function startDeadline(parent: AbortSignal | undefined, timeoutMs: number | null): Deadline {
  const controller = new AbortController();
  let expired = false;
  const timer =
    timeoutMs === null
      ? undefined
      : setTimeout(() => {
          expired = true;
          controller.abort(new DOMException('time is up', 'TimeoutError'));
        }, timeoutMs);
  const follow = () => controller.abort(parent?.reason);
  if (parent?.aborted) follow();
  else parent?.addEventListener('abort', follow, { once: true });
  const stopClock = () => clearTimeout(timer);
  return {
    signal: controller.signal,
    expired: () => expired,
    stopClock,
    release: () => {
      stopClock();
      parent?.removeEventListener('abort', follow);
    },
  };
}
