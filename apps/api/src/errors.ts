/** Stable codes of the API itself. */
export type ApiCode =
  | 'request-invalid'
  | 'media-type-unsupported'
  | 'body-too-large'
  | 'batch-too-large'
  | 'sweep-not-allowed'
  | 'route-unknown'
  | 'not-ready'
  | 'port-taken'
  | 'address-unusable'
  | 'internal';

/** What the API itself refuses. `hint` says what a person can do about it. */
export class ApiError extends Error {
  readonly code: ApiCode;
  readonly hint: string | undefined;

  constructor(code: ApiCode, message: string, { hint, ...options }: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.name = 'ApiError';
    this.code = code;
    this.hint = hint;
  }
}
