/**
 * Stable codes of everything that can go wrong while measuring. A code is never reused.
 *
 * - `probe-timeout`: the probe was killed at its deadline
 * - `probe-out-of-memory`: the probe passed its memory limit, or onnxruntime could not allocate
 * - `probe-crashed`: the probe ended without an answer, or answered nonsense
 * - `model-invalid`: onnxruntime refuses the model, or cannot run it on valid inputs
 * - `provider-unavailable`: the execution provider does not exist here, or ran no part of the model
 * - `input-unresolved`: no concrete shape or data could be made for an input
 * - `sample-invalid`: a sample needs at least two finite values
 * - `cancelled`: the caller's signal fired
 */
export type MeasureCode =
  | 'probe-timeout'
  | 'probe-out-of-memory'
  | 'probe-crashed'
  | 'model-invalid'
  | 'provider-unavailable'
  | 'input-unresolved'
  | 'sample-invalid'
  | 'cancelled';

/** What is known about the end of a probe. */
export interface ProbeEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines that it wrote to stderr. */
  readonly lastWords: string;
}

/** A measurement that gave no number, with a stable code, a message for people, and what helps. */
export class MeasureError extends Error {
  override readonly name = 'MeasureError';
  readonly code: MeasureCode;
  readonly hint: string | undefined;
  /** Present when a probe ended that should not have. */
  readonly probe: ProbeEnd | undefined;

  constructor(
    code: MeasureCode,
    message: string,
    { hint, probe, ...options }: ErrorOptions & { hint?: string | undefined; probe?: ProbeEnd | undefined } = {},
  ) {
    super(message, options);
    this.code = code;
    this.hint = hint;
    this.probe = probe;
  }
}
