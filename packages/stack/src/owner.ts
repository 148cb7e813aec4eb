import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { processScope, processStart } from './process.js';

/** The process that a service's folder belongs to. */
export interface Owner {
  readonly pid: number;
  /** When it began (see `processStart`). */
  readonly start: string;
  /** Where its number means anything (see `processScope`). */
  readonly scope: string;
}

const OWNER_FILE = 'owner';

/** Writes this process down as the owner of a folder. @throws the system's EEXIST when somebody is written down already */
export async function claim(folder: string): Promise<void> {
  const owner: Owner = { pid: process.pid, start: processStart(process.pid) ?? '', scope: processScope() };
  await writeFile(join(folder, OWNER_FILE), JSON.stringify(owner), { flag: 'wx', mode: 0o600 });
}

/** Removes what `claim` wrote, whoever did. */
export async function disclaim(folder: string): Promise<void> {
  await rm(join(folder, OWNER_FILE), { force: true });
}

/** The owner written down, `none`, or `unreadable` for a file that a crash cut short. */
export async function readOwner(folder: string): Promise<Owner | 'none' | 'unreadable'> {
  const text = await readFile(join(folder, OWNER_FILE), 'utf8').catch(() => undefined);
  if (text === undefined) return 'none';
  try {
    const value: unknown = JSON.parse(text);
    return isOwner(value) ? value : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

/** Whether that very process runs, as far as can be seen from here. */
export function isAlive(owner: Owner): boolean {
  return owner.scope === processScope() && processStart(owner.pid) === owner.start;
}

function isOwner(value: unknown): value is Owner {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'pid' in value &&
    typeof value.pid === 'number' &&
    'start' in value &&
    typeof value.start === 'string' &&
    'scope' in value &&
    typeof value.scope === 'string'
  );
}
