import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Line, openLine } from '@espalier/queue/testing';
import { createTestDatabase, type TestDatabase } from '@espalier/store/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ask } from './testing/fleet.js';
import { residualNetwork } from './testing/models.js';
import { type ApiScene, openApiScene } from './testing/scene.js';
import { openStream } from './testing/stream.js';

const file = residualNetwork({ blocks: 1 });
const modelId = createHash('sha256').update(file).digest('hex');
let database: TestDatabase;
let postgres: Line;
let redis: Line;
let api: ApiScene;

beforeAll(async () => {
  database = await createTestDatabase(process.env['DATABASE_URL']);
  postgres = await openLine(database.url);
  redis = await openLine(process.env['REDIS_URL'] ?? '');
  api = await openApiScene({ databaseUrl: postgres.url, redisUrl: redis.url });
  await api.upload('/v1/models', file);
});
afterAll(async () => {
  await api.close();
  await redis.close();
  await postgres.close();
  await database.close();
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(50);
}
const isReady = async () => (await api.get('/readyz')).status === 200;

test('while Postgres is away every answer says so, and that it may be tried again; then all goes on', async () => {
  const plan = await api.post('/v1/plans', { modelId, budgets: [{ target: 'x86-cpu', ratio: 0.7 }] });
  const path = `/v1/plans/${String(plan.body['id'])}`;
  const reader = await openStream(`${api.url}${path}/events`);
  await reader.until(({ kind }) => kind === 'plan');
  await postgres.cut();
  for (const answer of [await api.get('/v1/models'), await api.get(path), await api.upload('/v1/models', file)]) {
    expect(answer).toMatchObject({ status: 503, body: { code: 'database-unavailable', hint: expect.any(String) } });
    expect(answer.headers.get('retry-after')).toBe('1');
  }
  expect(await api.get('/readyz')).toMatchObject({ status: 503, body: { detail: 'No answer from Postgres' } });
  expect((await api.get('/healthz')).status).toBe(200);
  await postgres.mend();
  await until(isReady);
  await api.post(`${path}/cancel`);
  await api.store.plans.withDue(async ({ state }) => ({
    state,
    summary: { ...(await api.store.plans.get(String(plan.body['id']))), status: 'cancelled' },
    events: [],
    measure: [],
  }));
  const heard = await reader.toEnd();
  expect(heard.at(-1)).toMatchObject({ kind: 'plan', plan: { status: 'cancelled' } });
});

test('while Redis is away measurements are taken all the same, and queued when it is back', async () => {
  await redis.cut();
  await until(async () => !(await isReady()));
  const { id } = await ask(api, modelId, { spec: { seed: 7 } });
  expect(await api.get(`/v1/measurements/${id}`)).toMatchObject({ body: { status: 'queued' } });
  await redis.mend();
  await until(isReady);
  const job = { measurementId: id, attempt: 1, target: 'x86-cpu', priority: 100 };
  await until(async () => (await api.queue.missing([job]).catch(() => [job])).length === 0);
  expect(await api.get(`/v1/measurements/${id}`)).toMatchObject({ body: { status: 'queued', attempt: 1 } });
});
