import { StackError, systemErrorCode } from './error.js';

/** What is known about a service that ended before it was ready, or by itself. */
export interface Failure {
  readonly service: 'postgres' | 'redis';
  /** Everything it printed. */
  readonly log: string;
  readonly port: number;
  /** Where its data lies. */
  readonly folder: string;
}

const FULL_HINT = 'free some space, or choose another folder (TMPDIR for temporary data)';

const NAMES = { postgres: 'Postgres', redis: 'Redis' } as const;

/** Enough to see the cause, short enough for a terminal. */
const SHOWN_LINES = 12;

/** The error that a service's last words amount to: the two causes that a person can remove, else the words themselves. */
export function failureOf({ service, log, port, folder }: Failure): StackError {
  const name = NAMES[service];
  const cause = new Error(lastLines(log));
  if (/address already in use/i.test(log)) {
    return new StackError('port-taken', `${name} cannot listen on 127.0.0.1:${port}: the port is taken`, {
      cause,
      hint: 'end the program that listens there, or choose another port',
    });
  }
  if (/no space left on device|disk quota exceeded/i.test(log)) {
    return new StackError('disk-full', `${name} cannot write to ${folder}: the disk is full`, {
      cause,
      hint: FULL_HINT,
    });
  }
  const message = `${name} ended unexpectedly. Its last words:\n${lastLines(log)}`;
  return new StackError(`${service}-failed`, message, { cause });
}

function lastLines(log: string): string {
  return log.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n') || '(nothing)';
}

/**
 * Runs `work`, which writes below `path`, and turns the system's errors that a person can remove into `disk-full` and
 * `data-folder-unusable`.
 */
export async function explained<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new StackError('disk-full', `cannot write to ${path}: the disk is full`, { cause, hint: FULL_HINT });
    }
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM' || code === 'ENOTDIR' || code === 'EEXIST') {
      throw new StackError('data-folder-unusable', `cannot write to ${path} (${code})`, {
        cause,
        hint: 'check who owns the folder, or choose another one',
      });
    }
    throw cause;
  }
}
