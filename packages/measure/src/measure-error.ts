/**
 * Stable codes of everything that can go wrong while measuring. A code is never reused.
 *
 * - `probe-timeout`: the probe was killed at its deadline
 * - `probe-out-of-memory`: the probe passed its memory limit, or onnxruntime could not allocate
 * - `probe-crashed`: the probe ended without an answer, or answered nonsense
 * - `model-invalid`: onnxruntime refuses the model, or cannot run it on valid inputs
 * - `provider-unavailable`: the execution provider does not exist here, or ran no part of the model
 * - `provider-options-invalid`: the provider does not take these options, or not these values
 * - `input-unresolved`: no concrete shape or data could be made for an input
 * - `input-data-invalid`: the file with input data cannot be read, or does not fit the inputs of the model
 * - `affinity-unsupported`: this platform cannot keep a process on certain CPUs
 * - `affinity-invalid`: the CPUs of the affinity do not exist, or may not be used
 * - `sample-invalid`: a sample needs at least two finite values
 * - `cancelled`: the caller's signal fired
 */
export type MeasureCode =
  | 'probe-timeout'
  | 'probe-out-of-memory'
  | 'probe-crashed'
  | 'model-invalid'
  | 'provider-unavailable'
  | 'provider-options-invalid'
  | 'input-unresolved'
  | 'input-data-invalid'
  | 'affinity-unsupported'
  | 'affinity-invalid'
  | 'sample-invalid'
  | 'cancelled';

/** What a probe was at. */
export interface Doing {
  readonly phase: 'starting' | 'loading' | 'first-run' | 'warming-up' | 'sampling' | 'scoring';
  /** Path of the model that it had begun to load, or to run for the first time. */
  readonly modelPath?: string | undefined;
}

/** What is known about the end of a probe. */
export interface ProbeEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines that it wrote to stderr, those of onnxruntime and of the C++ library included. */
  readonly lastWords: string;
  /** The last that it told of what it was doing. */
  readonly doing?: Doing | undefined;
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
