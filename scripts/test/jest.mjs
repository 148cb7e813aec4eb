import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ROOT } from '../setup/paths.mjs';
import { nodeScript } from '../setup/run.mjs';

/** Runs jest with the root configuration. @param {readonly string[]} args @returns {Promise<number>} its exit code */
export function runJest(args) {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const [node, jest] = nodeScript('jest/bin/jest.js');
  const child = spawn(node, [...flags, jest, ...args], {
    cwd: ROOT,
    // The channel tells jest when this process is killed (scripts/jest/stack.mjs).
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}
