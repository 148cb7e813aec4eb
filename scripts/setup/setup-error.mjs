/** A step that cannot be done: one sentence, what to do about it, and the last output of the command that failed. */
export class SetupError extends Error {
  /** @param {string} message @param {{ hint?: string, output?: string, cause?: unknown }} [details] */
  constructor(message, { hint, output, cause } = {}) {
    super(message, { cause });
    this.name = 'SetupError';
    this.hint = hint;
    this.output = output;
  }
}

/** Lines of a failed command that are shown: its summary stands at the end. */
const SHOWN_LINES = 25;

/** Prints any error as a person needs it; a stack trace only for our own mistakes. @param {unknown} error */
export function printError(error) {
  if (!(error instanceof SetupError)) {
    console.error(error);
    return;
  }
  if (error.output) console.error(error.output.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n'));
  console.error(`error: ${error.message}`);
  if (error.hint !== undefined) console.error(`hint:  ${error.hint}`);
}
