/** Why the stack could not start or stopped; never given a second meaning. */
export type StackCode =
  | 'platform-unsupported'
  | 'postgres-missing'
  | 'postgres-user-missing'
  | 'postgres-failed'
  | 'redis-missing'
  | 'redis-failed'
  | 'port-taken'
  | 'disk-full'
  | 'data-folder-in-use'
  | 'data-folder-unusable';

/** An error of this package: a code for programs, a sentence for people and, where there is one, what to do about it. */
export class StackError extends Error {
  override readonly name = 'StackError';
  readonly code: StackCode;
  readonly hint: string | undefined;

  constructor(code: StackCode, message: string, { hint, ...options }: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

/** The code of a system error (`ENOENT`, `EACCES`, …), or undefined for any other thrown value. */
export function systemErrorCode(error: unknown): string | undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
  return hasCode ? String(error.code) : undefined;
}
