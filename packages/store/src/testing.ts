import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { migrate } from './migrate.js';

/** A migrated, empty database of one's own. */
export interface TestDatabase {
  readonly url: string;
  /** Drops it, also when somebody is still connected. */
  close(): Promise<void>;
}

const TEMPLATE_LOCK = 72_707_370;
const migrations = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));

const withDatabase = (url: string, name: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
};

async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Named by the migrations, so that a changed one makes a new template. */
async function templateName(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(migrations)).sort()) {
    if (name.endsWith('.toml')) continue;
    hash.update(name).update(await readFile(join(migrations, name, 'migration.sql')));
  }
  return `espalier_template_${hash.digest('hex').slice(0, 16)}`;
}

/** Under the lock, so that several test files at once make one template. A half-made one is dropped and made again. */
async function ensureTemplate(client: pg.Client, url: string, name: string): Promise<void> {
  const { rows } = await client.query<{ datistemplate: boolean }>(
    'SELECT datistemplate FROM pg_database WHERE datname = $1',
    [name],
  );
  if (rows[0]?.datistemplate === true) return;
  await client.query(`DROP DATABASE IF EXISTS ${name}`);
  await client.query(`CREATE DATABASE ${name}`);
  await migrate(withDatabase(url, name));
  await client.query(`ALTER DATABASE ${name} IS_TEMPLATE true`);
}

const SAY = 'DATABASE_URL is not set: run the tests with `npm test`';

async function createDatabase(
  databaseUrl: string | undefined,
  clone: (client: pg.Client, url: string) => Promise<string>,
): Promise<TestDatabase> {
  if (databaseUrl === undefined) throw new Error(SAY);
  const name = `espalier_test_${randomUUID().replaceAll('-', '')}`;
  await onServer(databaseUrl, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]); // also: a template in use cannot be cloned
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${await clone(client, databaseUrl)}`);
  });
  return {
    url: withDatabase(databaseUrl, name),
    close: async () => {
      await onServer(databaseUrl, async (client) => await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

/**
 * A database without any table, on a server where the user may create databases.
 * @throws Error in one line, when DATABASE_URL is missing
 */
export async function createEmptyDatabase(databaseUrl: string | undefined): Promise<TestDatabase> {
  return await createDatabase(databaseUrl, async () => 'template0');
}

/**
 * Clones a migrated template on a server where the user may create databases.
 * @param databaseUrl DATABASE_URL of the test run
 * @throws Error in one line, when it is missing
 */
export async function createTestDatabase(databaseUrl: string | undefined): Promise<TestDatabase> {
  return await createDatabase(databaseUrl, async (client, url) => {
    const template = await templateName();
    await ensureTemplate(client, url, template);
    return template;
  });
}
