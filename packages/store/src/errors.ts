/** Stable codes of this package; a code is never reused for something else. */
export type StoreCode =
  | 'database_unavailable'
  | 'disk_full'
  | 'artifact_unknown'
  | 'artifact_too_large'
  | 'artifact_empty'
  | 'model_unknown'
  | 'candidate_unknown'
  | 'target_unknown'
  | 'agent_unknown'
  | 'measurement_unknown'
  | 'measurement_needed'
  | 'claim_refused'
  | 'plan_unknown'
  | 'cursor_invalid'
  | 'migration_changed'
  | 'migration_unfinished'
  | 'migration_failed'
  | 'stored_value_invalid';

/** What went wrong in the store. `hint` says what a person can do about it. */
export class StoreError extends Error {
  readonly code: StoreCode;
  readonly hint: string | undefined;

  constructor(code: StoreCode, message: string, { hint, ...options }: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
    this.hint = hint;
  }

  /** Whether the same call may succeed later without anybody changing it. */
  get retryable(): boolean {
    return this.code === 'database_unavailable' || this.code === 'disk_full';
  }
}
