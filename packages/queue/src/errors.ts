/** Stable codes of this package. */
export type QueueCode = 'redis-unavailable' | 'redis-refused';

/** What went wrong between us and Redis. `hint` says what a person can do about it. */
export class QueueError extends Error {
  readonly code: QueueCode;
  readonly hint: string | undefined;

  constructor(code: QueueCode, message: string, { hint, ...options }: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.name = 'QueueError';
    this.code = code;
    this.hint = hint;
  }
}

/** A handler does not want a job that somebody else may well do, or itself later: it goes back to its place in the queue. */
export class JobDeclined extends Error {
  override readonly name = 'JobDeclined';
}
