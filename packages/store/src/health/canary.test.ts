import type { CanaryReading } from '@espalier/contracts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { addAgent, addMeasurement, openScene, type Scene } from '../testing/scene.js';
import { DEFAULT_CANARY_LIMITS as limits } from './judge.js';

let scene: Scene;
let agentId: string;
let minute = 0;

beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => await scene.close());
beforeEach(async () => {
  agentId = await addAgent(scene.store);
});
// A device that has no reading is in nobody's class.
afterEach(async () => void (await scene.store.agents.clear(agentId)));

const reading = (p50Ms: number | null, target = 'x86-cpu'): CanaryReading => ({
  target,
  at: new Date(Date.UTC(2026, 0, 1, 0, (minute += 1))).toISOString(),
  outcome:
    p50Ms === null
      ? { kind: 'failed', code: 'probe-timeout', message: 'killed' }
      : { kind: 'measured', p50Ms, p50Ci: [p50Ms - 0.1, p50Ms + 0.1], runs: 50 },
});
const report = async (...readings: CanaryReading[]) => await scene.store.agents.addCanary(agentId, readings, limits);
const claim = async (measurementId: string, agent = agentId) =>
  await scene.store.measurements.claim({ measurementId, attempt: 1, agentId: agent, leaseSeconds: 60 });

test('readings are kept as they were, oldest first, the newest of them when there is a limit', async () => {
  const readings = [reading(10), reading(null), reading(11)];
  await report(...readings.toReversed());
  expect(await scene.store.agents.canary(agentId, 'x86-cpu', 10)).toEqual(readings);
  expect(await scene.store.agents.canary(agentId, 'x86-cpu', 2)).toEqual(readings.slice(1));
  expect(await scene.store.agents.canary(agentId, 'cuda', 10)).toEqual([]);
});

test('the same readings again, one after the other and at once, change nothing', async () => {
  const bad = [reading(10), reading(30)];
  const first = await report(...bad);
  expect(first).toMatchObject({ status: 'suspect' });
  const again = await Promise.all(Array.from({ length: 4 }, async () => await report(...bad)));
  for (const health of again) expect(health).toEqual(first);
});

test('readings that come at once are judged one after the other: none is lost', async () => {
  await report(reading(10));
  await Promise.all([report(reading(null)), report(reading(null))]);
  expect((await scene.store.agents.get(agentId)).health.status).toBe('failed');
});

test('the health of a device is in its agent, in lists and in the answer to its heartbeat', async () => {
  const { agents } = scene.store;
  expect(await agents.heartbeat(agentId, { state: 'idle' }, 60)).toEqual({ cancel: false, health: 'unknown' });
  const health = await report(reading(10), reading(10), reading(13));
  expect(health).toMatchObject({ status: 'suspect', targets: [{ target: 'x86-cpu', p50Ms: 13, baselineMs: 10 }] });
  expect((await agents.get(agentId)).health).toEqual(health);
  const { items } = await agents.list({ limit: 100 });
  expect(items.find(({ id }) => id === agentId)?.health).toEqual(health);
  expect(await agents.heartbeat(agentId, { state: 'idle' }, 60)).toEqual({ cancel: false, health: 'suspect' });
});

test('a device that fails its canary gets no measurement of that target, and the job stays for another one', async () => {
  const measurementId = await addMeasurement(scene.store);
  const onCuda = await addMeasurement(scene.store, { target: 'cuda' });
  await report(reading(10), reading(null), reading(null));
  await expect(claim(measurementId)).rejects.toMatchObject({
    code: 'device-unhealthy',
    message: expect.stringContaining('probe-timeout'),
    hint: expect.stringContaining('clear'),
  });
  expect(await scene.store.measurements.get(measurementId)).toMatchObject({ status: 'queued', attempt: 1 });
  expect(await claim(onCuda)).toMatchObject({ target: 'cuda' });
  expect(await claim(measurementId, await addAgent(scene.store, 'healthy'))).toMatchObject({ attempt: 1 });
});

test('a target is served while one device that is there passes', async () => {
  const { agents, targets } = scene.store;
  const { device } = await agents.get(agentId);
  const enrol = async (id: string) => await agents.enrol({ id, name: 'tpu', targets: ['dml'], device, version: '1' });
  await enrol(agentId);
  await report(reading(10, 'dml'), reading(null, 'dml'), reading(null, 'dml'));
  expect(await targets.service(['dml', 'coreml'])).toEqual(
    new Map([
      ['dml', 'failing'],
      ['coreml', 'unserved'],
    ]),
  );
  await enrol(await addAgent(scene.store, 'fit'));
  expect((await targets.service(['dml'])).get('dml')).toBe('served');
});

test('what a device had begun before it failed stays its own', async () => {
  const measurementId = await addMeasurement(scene.store);
  const claimed = await claim(measurementId);
  await report(reading(10), reading(null), reading(null));
  expect(await claim(measurementId)).toEqual(claimed);
});

test('one reading that passes, and the device gets measurements again', async () => {
  const measurementId = await addMeasurement(scene.store);
  await report(reading(10), reading(null), reading(null), reading(10));
  expect(await claim(measurementId)).toMatchObject({ measurementId });
});

test('a device that was cleared is unknown until its next reading, which begins a new baseline', async () => {
  const measurementId = await addMeasurement(scene.store);
  await report(reading(10), reading(40), reading(40));
  const cleared = await scene.store.agents.clear(agentId);
  expect(cleared.health).toMatchObject({ status: 'unknown', clearedAt: expect.any(String) });
  expect(await claim(measurementId)).toMatchObject({ measurementId });
  expect(await report(reading(40))).toMatchObject({
    status: 'healthy',
    targets: [{ status: 'healthy', baselineMs: 40, drift: 0 }],
  });
  expect(await scene.store.agents.canary(agentId, 'x86-cpu', 10)).toHaveLength(4);
});

test('devices of one class are compared with each other', async () => {
  await report(reading(10, 'arm64-cpu'));
  const other = await addAgent(scene.store, 'slow');
  await scene.store.agents.addCanary(other, [reading(30, 'arm64-cpu')], limits);
  const enrolled = await scene.store.agents.get(other);
  await scene.store.agents.enrol({
    id: other,
    name: 'slow',
    targets: ['arm64-cpu'],
    device: enrolled.device,
    version: '1',
  });
  const [target] = (await scene.store.agents.get(other)).health.targets;
  expect(target).toMatchObject({ status: 'suspect', reason: expect.stringContaining('3.0× slower') });
  expect(target?.relativeSpeed).toBeCloseTo(1 / 3);
});

test('an agent that nobody knows is told to enrol', async () => {
  const stranger = '00000000-0000-4000-8000-000000000000';
  const { agents } = scene.store;
  await expect(agents.addCanary(stranger, [reading(1)], limits)).rejects.toMatchObject({ code: 'agent-unknown' });
  await expect(agents.canary(stranger, 'x86-cpu', 1)).rejects.toMatchObject({ code: 'agent-unknown' });
  await expect(agents.clear(stranger)).rejects.toMatchObject({ code: 'agent-unknown' });
});
