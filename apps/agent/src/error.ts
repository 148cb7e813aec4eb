/** Why an agent cannot start. A code is never reused. */
export type AgentCode = 'target-unavailable' | 'folder-locked' | 'folder-unusable' | 'enrolment-refused';

/** An agent cannot start, with a stable code, a message for people, and what helps. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly code: AgentCode;
  readonly hint: string | undefined;

  constructor(
    code: AgentCode,
    message: string,
    { hint, ...options }: ErrorOptions & { hint?: string | undefined } = {},
  ) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}
