/** What can go wrong on the client's side. Every other code of a `ClientError` is one of the API's own. */
export type ClientCode =
  | 'base-url-invalid'
  | 'api-unreachable'
  | 'answer-invalid'
  | 'answer-failed'
  | 'artifact-corrupt'
  | 'file-unreadable'
  | 'file-unwritable';

/** What a `ClientError` knows beside its code and message. */
export interface ClientErrorDetails extends ErrorOptions {
  readonly status?: number | undefined;
  readonly hint?: string | undefined;
  readonly violations?: readonly { readonly path: string; readonly message: string }[] | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/**
 * A call did not do what it should. `code` is stable: a `ClientCode`, or the code of the API's problem answer
 * (`model-unknown`, …), in which case `status` is the HTTP status of that answer.
 */
export class ClientError extends Error {
  readonly code: string;
  readonly status: number | undefined;
  readonly hint: string | undefined;
  readonly violations: readonly { readonly path: string; readonly message: string }[];
  readonly requestId: string | undefined;
  /** When the API asks to come back, if it does. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ClientCode, message: string, details?: ClientErrorDetails);
  constructor(code: string, message: string, details?: ClientErrorDetails);
  constructor(code: string, message: string, details: ClientErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.name = 'ClientError';
    this.code = code;
    this.status = details.status;
    this.hint = details.hint;
    this.violations = details.violations ?? [];
    this.requestId = details.requestId;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** Whether the very same call may well succeed a little later: nobody answered, or the API is busy or starting. */
export function isPassing(error: unknown): error is ClientError {
  return error instanceof ClientError && (error.code === 'api-unreachable' || error.status === 503);
}
