import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { ServiceUser } from './access.js';
import { StackError } from './error.js';

/**
 * Accounts that may run Postgres for root, best first. The last two exist on every system, so that none has to be made.
 * Initdb insists on an account with a name.
 */
const ACCOUNTS = ['postgres', '_postgres', 'nobody', 'daemon'];

/**
 * Who runs Postgres, which refuses to run as root: undefined, the current user, unless that is root; else the owner of the
 * data that is already there (`existingData`); else a system account.
 * @throws StackError `postgres-user-missing`
 */
export async function postgresUser(existingData: string | undefined): Promise<ServiceUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const data = existingData === undefined ? undefined : await stat(existingData).catch(() => undefined);
  if (data !== undefined && data.uid !== 0) return { uid: data.uid, gid: data.gid };
  for (const name of ACCOUNTS) {
    const user = await account(name);
    if (user !== undefined) return user;
  }
  throw new StackError('postgres-user-missing', 'Postgres refuses to run as root, and no other account was found', {
    hint: 'add one (useradd postgres), or run as an ordinary user',
  });
}

async function account(name: string): Promise<ServiceUser | undefined> {
  try {
    return { uid: await idOf('-u', name), gid: await idOf('-g', name) };
  } catch {
    return undefined;
  }
}

async function idOf(which: '-u' | '-g', name: string): Promise<number> {
  const { stdout } = await promisify(execFile)('id', [which, name]);
  return Number.parseInt(stdout, 10);
}
