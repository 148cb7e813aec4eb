/** Stable codes of what this package refuses. */
export type ScoringCode = 'dataset-invalid';

/** The one error class of this package. */
export class ScoringError extends Error {
  readonly code: ScoringCode;
  readonly hint: string | undefined;

  constructor(code: ScoringCode, message: string, { hint, ...options }: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.name = 'ScoringError';
    this.code = code;
    this.hint = hint;
  }
}
