import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { CliError } from '../errors.js';

/** A process of the service that has said that it is ready. */
export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** What it said when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Ends with the reason when the process ends by itself. */
  readonly exited: Promise<string>;
  /** Asks it to stop, and insists after a while. */
  close(): Promise<void>;
}

/** What is needed to start a process of the service. */
export interface ProcessOptions {
  readonly name: string;
  /** Package of the app; its `main.js` lies beside the module that the package exports. */
  readonly app: '@espalier/app-api' | '@espalier/app-planner' | '@espalier/app-agent';
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** A process that has been asked to stop is killed after this long: an agent may first have to end its probe. */
const STOP_AFTER_MS = 10_000;
const KEPT_OUTPUT_CHARACTERS = 4000;

/**
 * Starts an app as a process of its own and waits until it says that it is ready. The process is in a group of its own, so
 * that Ctrl-C reaches only us and we stop everything in order; it ends by itself when we are gone.
 * @throws CliError `process-failed` with its last words, when it ends before it is ready
 */
export async function startProcess({ name, app, env, logFile }: ProcessOptions): Promise<RunningProcess> {
  const child = fork(new URL('./main.js', import.meta.resolve(app)), [], {
    env: { ...process.env, ...env, ESPALIER_EXIT_WITH_PARENT: '1' },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const lastWords = keepOutput(child, logFile);
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(`${name} ended (${signal ?? `exit code ${code}`})`));
  });
  const ready = await Promise.race([
    readyMessage(child),
    exited.then((reason) => {
      const [said = 'it said nothing', hint = `its log is ${logFile}`] = lastWords();
      throw new CliError('process-failed', `${reason}: ${said}`, { hint });
    }),
  ]);
  return { name, pid: child.pid ?? 0, ready, exited, close: () => stop(child, exited) };
}

/**
 * Keeps what the process writes in its log file.
 * @returns what it wrote to standard error: our apps end with a line that says why and, where there is one, a hint
 */
function keepOutput(child: ChildProcess, logFile: string): () => readonly string[] {
  const log = createWriteStream(logFile, { flags: 'a' });
  let errors = '';
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-KEPT_OUTPUT_CHARACTERS);
  });
  child.once('close', () => log.end());
  return () =>
    errors
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-2);
}

async function readyMessage(child: ChildProcess): Promise<Readonly<Record<string, unknown>>> {
  for (;;) {
    const [message]: unknown[] = await once(child, 'message');
    if (typeof message === 'object' && message !== null && 'ready' in message) return { ...message };
  }
}

async function stop(child: ChildProcess, exited: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), STOP_AFTER_MS);
  await exited;
  clearTimeout(insist);
}
