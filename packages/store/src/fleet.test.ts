import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addAgent, addMeasurement, openScene, type Scene } from './testing/scene.js';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => await scene.close());

test('a target knows its fleet: agents that are there, what waits and what runs', async () => {
  const { store } = scene;
  const agentId = await addAgent(store);
  const [first] = [await addMeasurement(store), await addMeasurement(store)];
  await store.measurements.claim({ measurementId: first, attempt: 1, agentId, leaseSeconds: 60 });
  expect(await store.targets.get('x86-cpu')).toMatchObject({ agentsOnline: 1, queued: 1, running: 1 });
  expect(await store.targets.get('cuda')).toMatchObject({ agentsOnline: 0, queued: 0, running: 0 });
});

test('built-in targets are added once and keep what was changed', async () => {
  const { store } = scene;
  const definition = { name: 'pi-5', description: 'Raspberry Pi 5', architecture: 'arm64', provider: 'cpu' };
  expect(await store.targets.put(definition)).toMatchObject({ created: true, target: definition });
  const changed = { ...definition, description: 'on the windowsill' };
  expect(await store.targets.put(changed)).toMatchObject({ created: false, target: changed });
  await store.targets.ensure([definition]);
  expect(await store.targets.get('pi-5')).toMatchObject(changed);
});

test('an agent that enrols again is the same agent, with what it says now', async () => {
  const { store } = scene;
  const id = await addAgent(store, 'lab');
  const { device } = await store.agents.get(id);
  await store.agents.enrol({ id, name: 'lab', targets: ['cuda'], device, version: '2' });
  expect(await store.agents.get(id)).toMatchObject({ targets: ['cuda'], version: '2' });
});

test('a silent agent is offline until it is heard again', async () => {
  const { store } = scene;
  const id = await addAgent(store, 'quiet');
  expect(await store.agents.markOffline(60)).toEqual([]);
  await sleep(5);
  expect(await store.agents.markOffline(0)).toContain(id);
  expect(await store.agents.markOffline(0)).not.toContain(id);
  expect(await store.agents.get(id)).toMatchObject({ state: 'offline' });
  await store.agents.heartbeat(id, { state: 'idle' }, 60);
  expect(await store.agents.get(id)).toMatchObject({ state: 'idle' });
});

test('a heartbeat of an agent that nobody knows asks it to enrol', async () => {
  const stranger = '00000000-0000-4000-8000-000000000000';
  await expect(scene.store.agents.heartbeat(stranger, { state: 'idle' }, 60)).rejects.toMatchObject({
    code: 'agent-unknown',
  });
});
