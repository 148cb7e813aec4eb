/** Stable codes of what this package refuses; a code is never given a second meaning. */
export type ScoringCode =
  /** The file with calibration data cannot be read, or is not what it says. */
  | 'dataset-invalid'
  /** The calibration data are sound, but not for this model. */
  | 'dataset-unfit'
  /** The criterion needs labels, and the calibration data have none. */
  | 'labels-missing'
  /** The model gives no logits from which a loss could be computed. */
  | 'logits-missing'
  /** The criterion applies to no removable block, or not to such a model at all. */
  | 'criterion-not-applicable';

/** The one error class of this package. `code` is for programs, `message` and `hint` are for people. */
export class ScoringError extends Error {
  readonly code: ScoringCode;
  /** What the reader can do about it. */
  readonly hint: string | undefined;

  constructor(
    code: ScoringCode,
    message: string,
    { hint, ...options }: ErrorOptions & { hint?: string | undefined } = {},
  ) {
    super(message, options);
    this.name = 'ScoringError';
    this.code = code;
    this.hint = hint;
  }
}
