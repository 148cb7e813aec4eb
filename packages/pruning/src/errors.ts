/** Stable codes of everything this package refuses; a code is never given a second meaning. */
export type PruningCode =
  /** The recipe names a block that the model does not have at this granularity. */
  | 'block-unknown'
  /** The recipe removes a block that cannot go; the message says why. */
  | 'block-not-removable'
  /** The model has no block that can go at this granularity. */
  | 'no-removable-block'
  /** No criterion has this name. */
  | 'criterion-unknown'
  /** The criterion needs something that these blocks do not have. */
  | 'criterion-not-applicable'
  /** A score is not a finite number. */
  | 'importance-invalid'
  /** There is no filter group of this name. */
  | 'group-unknown'
  /** Filters of a group that has to stay whole; the message says why it has to. */
  | 'group-not-prunable'
  /** The group has no filter of this number. */
  | 'filter-unknown'
  /** A group, or some layer of it, would keep no filter at all. */
  | 'filters-none-left'
  /** Rates, limits, scores or kept filters that do not fit the groups. */
  | 'filter-choice-invalid';

/** The one error class of this package. `code` is for programs, `message` and `hint` are for people. */
export class PruningError extends Error {
  readonly code: PruningCode;
  /** What the reader can do about it. */
  readonly hint: string | undefined;

  constructor(code: PruningCode, message: string, { hint, ...options }: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.name = 'PruningError';
    this.code = code;
    this.hint = hint;
  }
}
