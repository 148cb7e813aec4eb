/** Exit codes of the command: what a script may rely on. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  badInput: 2,
  infeasible: 3,
  unreachable: 4,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Codes of the errors that the command line itself raises. */
export type CliCode =
  | 'option-invalid'
  | 'model-not-found'
  | 'output-not-writable'
  | 'process-failed'
  | 'combination-failed'
  | 'interrupted'
  | 'plan-not-met'
  | 'comparison-failed'
  | 'budget-not-met'
  | 'criterion-unknown'
  | 'images-missing'
  | 'image-unreadable';

const exitCodeOf: Readonly<Record<CliCode, ExitCode>> = {
  'option-invalid': exitCodes.badInput,
  'model-not-found': exitCodes.badInput,
  'output-not-writable': exitCodes.failed,
  'process-failed': exitCodes.failed,
  'combination-failed': exitCodes.failed,
  interrupted: exitCodes.interrupted,
  'plan-not-met': exitCodes.infeasible,
  'comparison-failed': exitCodes.failed,
  'budget-not-met': exitCodes.infeasible,
  'criterion-unknown': exitCodes.badInput,
  'images-missing': exitCodes.badInput,
  'image-unreadable': exitCodes.badInput,
};

/** A mistake or a failure that the command line explains in one line and a hint. */
export class CliError extends Error {
  readonly code: CliCode;
  readonly hint: string | undefined;

  constructor(code: CliCode, message: string, { hint, ...options }: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

/** An error as the user sees it. */
export interface ErrorReport {
  readonly message: string;
  readonly code: string | undefined;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;
}

const UNREACHABLE = new Set(['api-unreachable', 'redis-unavailable', 'database-unavailable']);

const textProperty = (error: Error, name: 'code' | 'hint'): string | undefined => {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
};

/** Turns whatever was thrown into one line, a hint and an exit code. Errors of our packages carry `code` and `hint`. */
export function describeError(thrown: unknown): ErrorReport {
  if (!(thrown instanceof Error))
    return { message: String(thrown), code: undefined, hint: undefined, exitCode: exitCodes.failed };
  if (thrown.name === 'AbortError') return describeError(new CliError('interrupted', 'interrupted'));
  const code = textProperty(thrown, 'code');
  const hint = textProperty(thrown, 'hint');
  if (thrown instanceof CliError) return { message: thrown.message, code, hint, exitCode: exitCodeOf[thrown.code] };
  if (code === 'cancelled') return { message: 'interrupted', code, hint, exitCode: exitCodes.interrupted };
  if (code !== undefined && UNREACHABLE.has(code))
    return { message: thrown.message, code, hint, exitCode: exitCodes.unreachable };
  // Our own packages write codes in kebab-case and mean the input; Node's are upper case and mean the machine.
  const exitCode = code !== undefined && code === code.toLowerCase() ? exitCodes.badInput : exitCodes.failed;
  return { message: thrown.message, code, hint, exitCode };
}
