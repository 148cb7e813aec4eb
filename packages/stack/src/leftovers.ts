import { execFile } from 'node:child_process';
import { lstat, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ServiceUser } from './access.js';
import { isAlive, readOwner } from './owner.js';
import { processScope, workingFolder } from './process.js';

/** Where a service in a folder writes its number, in the first line, and the signal that ends it in order. */
const PID_FILES = [
  { path: 'data/postmaster.pid', signal: 'SIGINT' },
  { path: 'data/redis.pid', signal: 'SIGTERM' },
] as const;

/** A folder is made a moment before its owner is written down; one without owner is left alone for so long. */
const UNOWNED_FOR_MS = 60_000;
const PATIENCE_MS = 10_000;
const POLL_MS = 50;

/**
 * Ends the service that still runs in `folder` and waits until it is gone. Guards see to that; this is for the case that
 * owner and guard were both killed. A process counts as the service only if it works in the folder: the number in
 * an old file may be anybody's by now.
 */
export async function endService(folder: string): Promise<void> {
  for (const { path, signal } of PID_FILES) {
    const pid = Number.parseInt(await readFile(join(folder, path), 'utf8').catch(() => ''), 10);
    if (pid > 0) await endProcess(pid, join(folder, 'data'), signal);
  }
}

async function endProcess(pid: number, folder: string, signal: NodeJS.Signals): Promise<void> {
  const runs = (): boolean => workingFolder(pid) === folder;
  const deadline = performance.now() + PATIENCE_MS;
  if (runs()) process.kill(pid, signal);
  while (runs()) {
    if (performance.now() > deadline) process.kill(pid, 'SIGKILL');
    await sleep(POLL_MS);
  }
}

/** Ends services and removes the ephemeral folders in `parent` (names begin with `prefix`) whose owners are gone. */
export async function clearLeftovers(parent: string, prefix: string, user: ServiceUser | undefined): Promise<void> {
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix)) await clearIfLeft(join(parent, name), user);
  }
}

async function clearIfLeft(folder: string, user: ServiceUser | undefined): Promise<void> {
  const found = await lstat(folder).catch(() => undefined); // another process may be clearing as well
  if (found === undefined || !found.isDirectory()) return;
  const self = process.getuid?.();
  if (found.uid !== self && found.uid !== user?.uid) return;

  const owner = await readOwner(folder);
  if (owner === 'none' && Date.now() - found.mtimeMs < UNOWNED_FOR_MS) return;
  if (typeof owner === 'object' && (owner.scope !== processScope() || isAlive(owner))) return;

  await endService(folder);
  // As the folder's owner: root must not follow names that another user can change underneath it.
  const identity = found.uid === self ? {} : { uid: found.uid, gid: found.gid };
  await promisify(execFile)('rm', ['-rf', folder], identity).catch(() => undefined); // its guard may be removing it, too
}
