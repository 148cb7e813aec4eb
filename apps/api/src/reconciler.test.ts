import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { loseEverything } from '@espalier/queue/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ask, enrol } from './testing/fleet.js';
import { residualNetwork } from './testing/models.js';
import { type ApiScene, openApiScene } from './testing/scene.js';

const file = residualNetwork({ blocks: 1 });
const modelId = createHash('sha256').update(file).digest('hex');
let api: ApiScene;

beforeEach(async () => {
  api = await openApiScene({ leaseSeconds: 0.5 });
  await api.upload('/v1/models', file);
});
afterEach(async () => await api.close());

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(50);
}

const jobOf = (measurementId: string, attempt: number) => ({
  measurementId,
  attempt,
  target: 'x86-cpu',
  priority: 100,
});
const isQueued = async (measurementId: string, attempt: number) =>
  (await api.queue.missing([jobOf(measurementId, attempt)])).length === 0;

test('jobs that Redis lost are queued again, those that run are not', async () => {
  const [running, lost] = [await ask(api, modelId), await ask(api, modelId, { spec: { seed: 2 } })];
  const agentId = await enrol(api);
  const heartbeat = { state: 'busy', running: { measurementId: running.id, attempt: 1 } };
  await api.post(`/v1/measurements/${running.id}/claim`, { agentId, attempt: 1 });
  await loseEverything(api.config.redisUrl, api.config.queuePrefix);
  expect(await isQueued(lost.id, 1)).toBe(false);
  await until(async () => {
    await api.post(`/v1/agents/${agentId}/heartbeat`, heartbeat);
    return await isQueued(lost.id, 1);
  });
  expect(await isQueued(running.id, 1)).toBe(false);
  expect(await api.get(`/v1/measurements/${running.id}`)).toMatchObject({ body: { status: 'running', attempt: 1 } });
});

test('a silent agent goes offline and its measurement is queued as the next attempt', async () => {
  const { id } = await ask(api, modelId);
  const agentId = await enrol(api);
  await api.post(`/v1/measurements/${id}/claim`, { agentId, attempt: 1 });
  await until(async () => await isQueued(id, 2));
  expect(await api.get(`/v1/measurements/${id}`)).toMatchObject({
    body: { status: 'queued', attempt: 2, agentId: null },
  });
  await until(async () => (await api.get(`/v1/agents/${agentId}`)).body['state'] === 'offline');
});
