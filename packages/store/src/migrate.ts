import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { StoreError } from './errors.js';
import { reachingDatabase } from './unavailable.js';

/** Prisma's own lock for migrations, so that `prisma migrate deploy` and this runner exclude each other. */
const MIGRATION_LOCK = 72_707_369;
const CONNECT_TIMEOUT_MS = 5_000;
const shippedMigrations = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return await Promise.all(
    names.sort().map(async (name) => {
      const bytes = await readFile(join(folder, name, 'migration.sql'));
      return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') };
    }),
  );
}

const CREATE_BOOK = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

interface BookEntry {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

async function readBook(client: pg.Client): Promise<ReadonlyMap<string, BookEntry>> {
  const { rows } = await client.query<BookEntry>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  return new Map(rows.map((row) => [row.migration_name, row]));
}

/** Whether the migration is in the book already; a book that contradicts the files stops everything. */
function isApplied(migration: Migration, entry: BookEntry | undefined): boolean {
  if (entry === undefined) return false;
  if (entry.finished_at === null) {
    throw new StoreError('migration-unfinished', `Migration ${migration.name} began and did not end`, {
      hint: 'Repair the database, then `npx prisma migrate resolve` with --applied or --rolled-back',
    });
  }
  if (entry.checksum !== migration.checksum) {
    throw new StoreError('migration-changed', `Migration ${migration.name} is not the one that was applied`, {
      hint: 'A migration must never change once it was applied: restore the file, add a new migration',
    });
  }
  return true;
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  const id = randomUUID();
  await client.query('INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)', [
    id,
    checksum,
    name,
  ]);
  try {
    await client.query(sql);
  } catch (cause) {
    await client.query('UPDATE _prisma_migrations SET logs = $2 WHERE id = $1', [id, String(cause)]);
    throw new StoreError('migration-failed', `Migration ${name} failed: ${String(cause)}`, { cause });
  }
  await client.query('UPDATE _prisma_migrations SET finished_at = now(), applied_steps_count = 1 WHERE id = $1', [id]);
}

/**
 * Brings a database to the newest schema, one process at a time, and keeps the same book as `prisma migrate deploy`
 * (table `_prisma_migrations`), so that either can go on where the other stopped.
 * @returns the names of the migrations that were applied now
 * @throws StoreError `migration-changed`, `migration-unfinished`, `migration-failed`, `database-unavailable`
 */
export async function migrate(databaseUrl: string, folder: string = shippedMigrations): Promise<readonly string[]> {
  const migrations = await readMigrations(folder);
  return await reachingDatabase(async () => {
    const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
    await client.connect();
    try {
      await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]); // ends with the session
      await client.query(CREATE_BOOK);
      const book = await readBook(client);
      const due = migrations.filter((migration) => !isApplied(migration, book.get(migration.name)));
      for (const migration of due) await apply(client, migration);
      return due.map(({ name }) => name);
    } finally {
      await client.end();
    }
  });
}
