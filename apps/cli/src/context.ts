import type { Terminal } from './output/terminal.js';

/** What every command is given: where to write, and the signal that Ctrl-C raises. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}
