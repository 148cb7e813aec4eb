import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { ServiceUser } from './access.js';

/** A command to run under guard.sh, with its working folder and what to do when it has to end. */
export interface GuardedCommand {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Working folder; the output goes to the file `log` in it. */
  readonly folder: string;
  /** Whether the folder goes once this process is gone and the service has ended. */
  readonly removeFolder: boolean;
  readonly signal: 'INT' | 'TERM';
  readonly env: Readonly<Record<string, string>>;
  /** Who runs it; undefined for the current user. */
  readonly user: ServiceUser | undefined;
}

/** A running service that ends when this process ends, at the latest. */
export interface Guarded {
  /** Resolves when the service has ended, for whatever reason. */
  readonly exited: Promise<void>;
  hasExited(): boolean;
  /** What the service has printed since it was started. */
  log(): Promise<string>;
  /** Ends the service and waits until it is gone. */
  stop(): Promise<void>;
}

/** The text of a script in `sh/`. Handed over as text: whoever runs the service may be unable to read the checkout. */
export function shellScript(name: 'guard' | 'postgres'): string {
  return readFileSync(new URL(`../sh/${name}.sh`, import.meta.url), 'utf8');
}

/**
 * Starts a command under guard.sh, in a session of its own so that Ctrl-C in the terminal does not reach it: it ends by
 * its owner's end, in order, and not beside it. Does not keep this process alive.
 */
export function startGuarded({ command, folder, removeFolder, signal, env, user }: GuardedCommand): Guarded {
  const logPath = join(folder, 'log');
  const log = openSync(logPath, 'w', 0o600);
  const guard = spawn(
    '/bin/sh',
    ['-c', shellScript('guard'), 'espalier-guard', signal, removeFolder ? folder : '', ...command],
    { cwd: folder, env, detached: true, stdio: ['pipe', log, log], ...user },
  );
  closeSync(log);

  let ended = false;
  const exited = new Promise<void>((resolve) => {
    const end = (): void => {
      ended = true;
      resolve();
    };
    guard.once('exit', end).once('error', end); // 'error': the shell itself could not be started
  });
  const { stdin } = guard;
  if (!(stdin instanceof Socket)) throw new Error('a child with a piped input has a socket there');
  stdin.on('error', () => undefined); // the guard may end first; 'exit' tells
  guard.unref();
  stdin.unref();

  return {
    exited,
    hasExited: () => ended,
    log: () => readFile(logPath, 'utf8'),
    stop: async () => {
      if (!ended) guard.ref(); // else a process that has nothing left but to wait for this would end before it
      stdin.end();
      await exited;
    },
  };
}
