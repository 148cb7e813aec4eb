import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { migrate } from './migrate.js';
import { openStore, type Store } from './store.js';
import { createEmptyDatabase, type TestDatabase } from './testing.js';
import { resultOf } from './testing/scene.js';

const shipped = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));
const ID = '018f3f5c-0000-7000-8000-000000000001';
const SUBJECT = 'a'.repeat(64);
const CONTROL = 'b'.repeat(64);
let database: TestDatabase;
let folder: string;
let store: Store;

beforeAll(async () => {
  database = await createEmptyDatabase(process.env['DATABASE_URL']);
  folder = await mkdtemp(join(tmpdir(), 'espalier-upgrade-'));
  for (const name of ['20261125000000_init', '20261125000100_notify']) {
    await cp(join(shipped, name), join(folder, name), { recursive: true });
  }
});
afterAll(async () => {
  await store.close();
  await database.close();
  await rm(folder, { recursive: true });
});

/** A result as it was stored before a measurement could have several processes. */
function oldResult() {
  const { atMs: _times, processVariance: _variance, discarded: _takes, control, ...result } = resultOf(5);
  const { processes: _processes, modelBytes: _bytes, ...subject } = result.subject;
  const { processes: _controls, modelBytes: _size, ...beside } = control ?? result.subject;
  const { during: _looks, ...environment } = result.environment;
  return { ...result, environment, subject: { ...subject, samplesMs: [] }, control: { ...beside, samplesMs: [] } };
}

test('what was stored before a measurement could have several processes is read after the migration', async () => {
  await migrate(database.url, folder);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const [sha256, size] of [
    [SUBJECT, 11],
    [CONTROL, 22],
  ]) {
    await client.query(`INSERT INTO artifacts (sha256, size_bytes, kind) VALUES ($1, $2, 'model')`, [sha256, size]);
  }
  await client.query(`INSERT INTO targets (name, description, architecture, provider) VALUES ('t', '', 'any', 'cpu')`);
  await client.query(
    `INSERT INTO measurements (id, identity, fresh, status, subject_id, control_id, target_name, spec, spec_key, priority,
       result, finished_at)
     VALUES ($1, $2, false, 'succeeded', $2, $3, 't', $4, $2, 100, $5, now())`,
    [ID, SUBJECT, CONTROL, { statistic: 'p50', provider: 'cpu', batch: 1 }, oldResult()],
  );
  await client.end();
  expect(await migrate(database.url)).toContain('20261125010000_measurement_kinds');
  store = await openStore({ databaseUrl: database.url, artifactsDir: join(folder, 'artifacts') });
  expect(await store.measurements.get(ID)).toMatchObject({
    kind: 'latency',
    spec: { processes: 'auto', inputData: null },
    result: {
      subject: { p50Ms: 5, modelBytes: 11, processes: [{ n: 3, valueMs: 5, loadMs: 1, firstRunMs: 2 }] },
      control: { p50Ms: 10, modelBytes: 22, processes: [{ valueMs: 10 }] },
      atMs: [],
      environment: { during: [] },
    },
  });
  expect((await store.measurements.resultsLike(ID, 5)).results).toMatchObject([{ valueMs: 5, ci: [4.9, 5.1] }]);
});
