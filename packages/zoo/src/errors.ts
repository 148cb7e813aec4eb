/** Stable codes of what this package refuses. */
export type ZooCode = 'model-unknown' | 'block-not-removable';

/** The one error class of this package. */
export class ZooError extends Error {
  readonly code: ZooCode;
  readonly hint: string | undefined;

  constructor(code: ZooCode, message: string, { hint, ...options }: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.name = 'ZooError';
    this.code = code;
    this.hint = hint;
  }
}
