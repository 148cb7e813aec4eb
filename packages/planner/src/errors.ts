/** Stable codes of what the planner refuses; text is for people, the code for programs. */
export type PlannerCode =
  | 'estimate-invalid'
  | 'base-missing'
  | 'saving-unknown'
  | 'budget-invalid'
  | 'statistic-unsupported'
  | 'problem-invalid'
  | 'matrix-not-positive'
  | 'solver-unavailable'
  | 'solver-failed';

/** Anything the planner refuses, with a stable code and, where there is one, a hint at what to do. */
export class PlannerError extends Error {
  override readonly name = 'PlannerError';
  readonly code: PlannerCode;
  readonly hint: string | undefined;

  constructor(code: PlannerCode, message: string, { hint, ...options }: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}
