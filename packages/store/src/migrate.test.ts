import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { migrate } from './migrate.js';
import { createEmptyDatabase, type TestDatabase } from './testing.js';

const shipped = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));
let database: TestDatabase;
let folder: string;

beforeEach(async () => {
  database = await createEmptyDatabase(process.env['DATABASE_URL']);
  folder = await mkdtemp(join(tmpdir(), 'espalier-migrations-'));
});

afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

async function addMigration(name: string, sql: string): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, 'migration.sql'), sql);
}

async function rowsOf(sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('three processes that migrate at once apply every migration once', async () => {
  await cp(shipped, folder, { recursive: true });
  const applied = await Promise.all([1, 2, 3].map(async () => await migrate(database.url, folder)));
  const all = [
    '20261125000000_init',
    '20261125000100_notify',
    '20261125010000_measurement_kinds',
    '20261125010100_kind_index',
    '20261125020000_scores',
    '20261125030000_comparisons',
  ];
  expect(applied.flat().sort()).toEqual(all);
  expect(
    await rowsOf(
      `SELECT migration_name, applied_steps_count, length(checksum) AS checksum, finished_at IS NOT NULL AS finished
       FROM _prisma_migrations ORDER BY started_at`,
    ),
  ).toEqual(all.map((name) => ({ migration_name: name, applied_steps_count: 1, checksum: 64, finished: true })));
});

test('a migrated database is left as it is, and a new migration goes on from there', async () => {
  await addMigration('1_first', 'CREATE TABLE a (id int); INSERT INTO a VALUES (1);');
  expect(await migrate(database.url, folder)).toEqual(['1_first']);
  expect(await migrate(database.url, folder)).toEqual([]);
  await addMigration('2_second', "CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'x;y'; END $$;");
  expect(await migrate(database.url, folder)).toEqual(['2_second']);
  expect(await rowsOf('SELECT f(), (SELECT count(*)::int FROM a) AS count')).toEqual([{ f: 'x;y', count: 1 }]);
});

test('a migration that changed after it was applied stops everything', async () => {
  await addMigration('1_first', 'CREATE TABLE a (id int)');
  await migrate(database.url, folder);
  await addMigration('1_first', 'CREATE TABLE b (id int)');
  await expect(migrate(database.url, folder)).rejects.toMatchObject({ code: 'migration-changed' });
});

test('a migration that failed is said with its name, and nobody goes on over it', async () => {
  await addMigration('1_broken', 'CREATE TABLE a (id int); SELECT nonsense;');
  await addMigration('2_next', 'CREATE TABLE b (id int)');
  await expect(migrate(database.url, folder)).rejects.toMatchObject({
    code: 'migration-failed',
    message: expect.stringContaining('1_broken'),
  });
  await expect(migrate(database.url, folder)).rejects.toMatchObject({ code: 'migration-unfinished' });
  expect(await rowsOf("SELECT table_name FROM information_schema.tables WHERE table_name IN ('a', 'b')")).toEqual([]);
});

test('a database that is away is said within seconds', async () => {
  await expect(migrate('postgres://nobody@127.0.0.1:1/none')).rejects.toMatchObject({
    code: 'database-unavailable',
    hint: expect.stringContaining('DATABASE_URL'),
  });
});
