import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ROOT } from './paths.mjs';

const running = new Set();

/**
 * Runs a command in the checkout and collects what it prints.
 * @param {readonly [string, ...string[]]} command
 * @param {{ env?: Record<string, string>, cwd?: string }} [options] env is added to the current one
 * @returns {Promise<{ ok: boolean, output: string, stdout: string }>}
 */
export function run([program, ...args], { env = {}, cwd = ROOT } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let output = '';
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.once('error', (error) => {
      running.delete(child);
      resolve({ ok: false, output: String(error), stdout });
    });
    child.once('close', (code) => {
      running.delete(child);
      resolve({ ok: code === 0, output, stdout });
    });
  });
}

/** A script of an installed package, run by this Node. @param {string} path @param {...string} args */
export function nodeScript(path, ...args) {
  return [process.execPath, `${ROOT}/node_modules/${path}`, ...args];
}

/** The npm that runs this script, else the one on PATH. */
export function npm() {
  const script = process.env.npm_execpath;
  return script?.endsWith('npm-cli.js') ? [process.execPath, script] : ['npm'];
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** @param {NodeJS.Signals} signal */
function end(signal) {
  for (const child of running) child.kill('SIGINT'); // npm does not end on SIGTERM
  process.exit(128 + constants.signals[signal]);
}

/**
 * While `work` runs, a signal ends the commands it has started, then this process; afterwards signals are left to others.
 * @template T @param {() => Promise<T>} work @returns {Promise<T>}
 */
export async function endingCommandsOnSignals(work) {
  for (const signal of SIGNALS) process.on(signal, end);
  try {
    return await work();
  } finally {
    for (const signal of SIGNALS) process.off(signal, end);
  }
}
