import { step } from '../setup/progress.mjs';
import { endingCommandsOnSignals, nodeScript, run } from '../setup/run.mjs';
import { printError, SetupError } from '../setup/setup-error.mjs';

const CHECKS = [
  { label: 'lint', command: nodeScript('oxlint/bin/oxlint', '--type-aware') },
  { label: 'format', command: nodeScript('@biomejs/biome/bin/biome', 'format', '.') },
  { label: 'types', command: nodeScript('typescript/bin/tsc', '-b', '.', 'apps/web') },
];

/** Runs all checks, so that one run shows everything there is to mend. @returns {Promise<boolean>} whether all passed */
export async function runChecks() {
  let passed = true;
  for (const { label, command } of CHECKS) {
    try {
      await endingCommandsOnSignals(() => step(label, () => check(label, command)));
    } catch (error) {
      printError(error);
      passed = false;
    }
  }
  return passed;
}

async function check(label, command) {
  const { ok, output } = await run(command, { env: process.stderr.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' } });
  if (!ok) throw new SetupError(`${label}: not clean`, { output });
}
