/** Stable codes of this package; a code is never reused for something else. */
export type CatalogCode =
  /** Nobody computed or posted scores by this name. */
  | 'scores-unknown'
  /** A block that can go has no score among the posted ones, or two. */
  | 'scores-incomplete'
  /** Scores by this name are computed here and cannot be posted. */
  | 'criterion-reserved';

/** What is wrong with what was asked of the catalog. `hint` says what a person can do about it. */
export class CatalogError extends Error {
  readonly code: CatalogCode;
  readonly hint: string | undefined;

  constructor(code: CatalogCode, message: string, { hint, ...options }: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.name = 'CatalogError';
    this.code = code;
    this.hint = hint;
  }
}
