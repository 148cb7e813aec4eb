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
const CANDIDATE = '018f3f5c-0000-7000-8000-000000000002';
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

/** A model whose blocks and scores were found, and a candidate of it. */
async function addAnalysed(client: pg.Client): Promise<void> {
  await client.query(
    `INSERT INTO models (id, name, opset, parameters, macs, inputs, outputs, trace)
     VALUES ($1, 'net', 17, 1, 1, '[]', '[]', '{"inputs": {}, "shapes": {}}')`,
    [SUBJECT],
  );
  await client.query(`INSERT INTO analyses (model_id, granularity, blocks) VALUES ($1, 'block', '[]')`, [SUBJECT]);
  await client.query(
    `INSERT INTO scores (model_id, granularity, criterion, reduction, scores) VALUES ($1, 'block', 'l2', 'all', '[]')`,
    [SUBJECT],
  );
  await client.query(
    `INSERT INTO candidates (id, model_id, recipe, recipe_key, artifact_id, parameters, macs)
     VALUES ($1, $2, '{"granularity": "block", "remove": [1]}', $2, $3, 1, 1)`,
    [CANDIDATE, SUBJECT, CONTROL],
  );
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
  await addAnalysed(client);
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

test('blocks and scores that were found before more blocks could go are found anew; candidates stay as they are', async () => {
  expect(await store.models.blocks(SUBJECT, 'block')).toBeNull();
  const key = { granularity: 'block', criterion: 'l2', reduction: 'all' } as const;
  expect(await store.scores.ofBlocks(SUBJECT, key)).toBeNull();
  await store.scores.saveOfBlocks(SUBJECT, key, { source: 'posted', scores: [{ index: 0, importance: 1 }] });
  expect(await store.scores.ofBlocks(SUBJECT, key)).toMatchObject({ source: 'posted' });
  expect(await store.candidates.get(CANDIDATE)).toMatchObject({ recipe: { remove: [1] }, reinitialised: [] });
});
