import { describeError, exitCodes } from './errors.js';
import { processTerminal } from './output/terminal.js';
import { buildProgram } from './program.js';

const terminal = processTerminal();
const interrupt = new AbortController();

// The first signal asks the command to stop in order, a second one ends the process at once.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (interrupt.signal.aborted) process.exit(exitCodes.interrupted);
    interrupt.abort();
  });
}

try {
  await buildProgram({ terminal, signal: interrupt.signal }).parseAsync(process.argv);
} catch (thrown) {
  const { message, code, hint, exitCode } = describeError(thrown);
  terminal.err(
    `error: ${message}${code === undefined ? '' : ` (${code})`}${hint === undefined ? '' : `\nhint:  ${hint}`}`,
  );
  process.exitCode = exitCode;
}
