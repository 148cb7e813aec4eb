/** Stable codes of this package; a code is never reused for something else. */
export type StoreCode =
  | 'database-unavailable'
  | 'disk-full'
  | 'artifact-unknown'
  | 'artifact-too-large'
  | 'artifact-empty'
  | 'artifact-kind-wrong'
  | 'model-unknown'
  | 'dataset-unknown'
  | 'candidate-unknown'
  | 'target-unknown'
  | 'agent-unknown'
  | 'measurement-unknown'
  | 'measurement-needed'
  | 'measurement-not-latency'
  | 'control-not-allowed'
  | 'scoring-missing'
  | 'scoring-not-allowed'
  | 'claim-refused'
  | 'device-unhealthy'
  | 'plan-unknown'
  | 'comparison-unknown'
  | 'cursor-invalid'
  | 'migration-changed'
  | 'migration-unfinished'
  | 'migration-failed'
  | 'stored-value-invalid';

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
    return this.code === 'database-unavailable' || this.code === 'disk-full';
  }
}
