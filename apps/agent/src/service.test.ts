import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client, MeasurementInput } from '@espalier/client';
import { downloadArtifact } from '@espalier/client/node';
import type { Measurement, MeasurementStatus } from '@espalier/contracts';
import { encodeModel } from '@espalier/onnx';
import { buildZooModel } from '@espalier/zoo';
import { expect, test } from '@jest/globals';
import {
  childrenOf,
  type RunningAgentProcess,
  startTestService,
  type TestService,
  untilGone,
} from './service-testing.js';
import { until } from './testing.js';

const TARGET = process.arch === 'arm64' ? 'arm64-cpu' : 'x86-cpu';
/** Long enough that no agent loses its measurement by being slow. */
const LONG_LEASE_S = 30;

const quick = { minRuns: 5, maxRuns: 20, maxSeconds: 1, precision: 0.5, processes: 1 };
/** Goes on for a minute, whatever the model. */
const endless = { minRuns: 1_000_000, maxRuns: 1_000_000, maxSeconds: 60, precision: 0.0005, processes: 1 };

const modelBytes = Buffer.concat([...encodeModel(buildZooModel('resnet20', { imageSizePx: 16 }))]);

async function uploadModel(client: Client): Promise<string> {
  return (await client.models.upload(new Uint8Array(modelBytes), { name: 'small.onnx' })).id;
}

async function ask(client: Client, spec: MeasurementInput['spec'], control?: string): Promise<string> {
  const subject = await uploadModel(client);
  const [answer] = await client.measurements.create([
    { subject, target: TARGET, ...(spec === undefined ? {} : { spec }), ...(control === undefined ? {} : { control }) },
  ]);
  if (answer === undefined) throw new Error('one wish has one answer');
  return answer.measurement.id;
}

const ENDS: readonly MeasurementStatus[] = ['succeeded', 'failed', 'cancelled'];

/** Waits for a status; a measurement that has ended in another one never gets there. */
async function untilStatus(client: Client, id: string, status: MeasurementStatus): Promise<Measurement> {
  await until(async () => {
    const { status: now, failure } = await client.measurements.get(id);
    if (now !== status && ENDS.includes(now)) throw new Error(`${now}, not ${status}: ${JSON.stringify(failure)}`);
    return now === status;
  });
  return client.measurements.get(id);
}

/** Waits until the agent is really measuring: its probe has timed something. */
const untilSampling = (client: Client, id: string): Promise<void> =>
  until(async () => (await client.measurements.get(id)).progress?.phase === 'sampling');

const agentIdOf = ({ ready }: RunningAgentProcess): string => String(ready['agentId']);

test('a model is uploaded, pruned and measured against its base on a real agent', async () => {
  await using service = await startTestService(LONG_LEASE_S);
  const { client } = service;
  const agent = await service.startAgent({ ESPALIER_AGENT_NAME: 'bench-1' });
  await expect(client.agents.get(agentIdOf(agent))).resolves.toMatchObject({
    name: 'bench-1',
    state: 'idle',
    targets: [TARGET],
    device: { architecture: process.arch, onnxruntime: expect.stringMatching(/^\d+\.\d+/) },
  });

  const modelId = await uploadModel(client);
  const { blocks } = await client.models.blocks(modelId);
  const removable = blocks.filter(({ removable: can }) => can).map(({ index }) => index);
  const { scores } = await client.models.scores(modelId, 'l2');
  expect(scores).toHaveLength(blocks.length);
  const candidate = await client.candidates.create({ modelId, recipe: { remove: removable.slice(0, 1) } });
  const [answer] = await client.measurements.create([
    { subject: candidate.artifact, control: modelId, target: TARGET, spec: quick },
  ]);
  const measured = await untilStatus(client, answer?.measurement.id ?? '', 'succeeded');
  expect(measured).toMatchObject({
    attempt: 1,
    agentId: agentIdOf(agent),
    failure: null,
    result: {
      environment: { provider: 'cpu', canary: { p50Ms: expect.any(Number) } },
      ratio: { p50: expect.any(Number) },
    },
  });
  const { health } = await client.agents.get(agentIdOf(agent));
  expect(health.targets).toMatchObject([{ target: TARGET, p50Ms: measured.result?.environment.canary?.p50Ms }]);
  expect(measured.result?.subject.samplesMs.length).toBeGreaterThanOrEqual(quick.minRuns);
  expect(new Set(await readdir(join(agent.dir, 'artifacts')))).toEqual(new Set([modelId, candidate.artifact]));

  const path = join(agent.dir, 'base.onnx');
  await downloadArtifact(client, modelId, path);
  expect((await readFile(path)).equals(modelBytes)).toBe(true);

  agent.kill('SIGTERM');
  await expect(agent.ended).resolves.toBe(0);
  await expect(client.agents.get(agentIdOf(agent))).resolves.toMatchObject({ state: 'offline' });
});

test('the measurement of a killed agent is finished by another one once its lease has run out', async () => {
  await using service = await startTestService(2);
  const { client } = service;
  const first = await service.startAgent();
  const id = await ask(client, { ...quick, minRuns: 1_000_000, maxRuns: 1_000_000, maxSeconds: 6 });
  await untilSampling(client, id);
  const probes = await childrenOf(first.pid);
  expect(probes.length).toBeGreaterThan(0);
  first.kill('SIGKILL');
  const second = await service.startAgent();
  await untilGone(probes);
  await expect(untilStatus(client, id, 'succeeded')).resolves.toMatchObject({
    attempt: 2,
    agentId: agentIdOf(second),
  });
});

test('an agent that is told to stop gives its measurement back, and another one takes it at once', async () => {
  await using service = await startTestService(LONG_LEASE_S);
  const { client } = service;
  const first = await service.startAgent();
  const id = await ask(client, endless);
  await untilSampling(client, id);
  const probes = await childrenOf(first.pid);
  const second = await service.startAgent();
  first.kill('SIGTERM');
  await expect(first.ended).resolves.toBe(0);
  await untilGone(probes);
  const released = await client.measurements.get(id);
  expect(released).toMatchObject({ attempt: 2 });
  await untilSampling(client, id);
  await expect(client.measurements.get(id)).resolves.toMatchObject({ attempt: 2, agentId: agentIdOf(second) });
  await expect(client.agents.get(agentIdOf(first))).resolves.toMatchObject({ state: 'offline' });
});

test('a killed agent that starts again gives its measurement back without waiting for the lease', async () => {
  await using service = await startTestService(LONG_LEASE_S);
  const { client } = service;
  const first = await service.startAgent();
  const id = await ask(client, endless);
  await untilSampling(client, id);
  first.kill('SIGKILL');
  await first.ended;
  const again = await service.startAgent({ ESPALIER_AGENT_DIR: first.dir });
  expect(again.ready).toEqual(first.ready);
  await until(async () => (await client.measurements.get(id)).attempt === 2);
});

test('an outcome that finds no API waits on the disk and is delivered once, when the API is back', async () => {
  await using service = await startTestService(LONG_LEASE_S);
  const { client } = service;
  const agent = await service.startAgent();
  const id = await ask(client, { ...quick, minRuns: 1_000_000, maxRuns: 1_000_000, maxSeconds: 3 });
  await untilSampling(client, id);
  await service.killApi();
  const parcel = join(agent.dir, 'spool', `${id}-1.json`);
  await until(async () => (await readFile(parcel, 'utf8')).includes('"succeeded"'));
  await service.restartApi();
  const measured = await untilStatus(client, id, 'succeeded');
  expect(measured).toMatchObject({ attempt: 1, agentId: agentIdOf(agent) });
  await until(async () => (await readdir(join(agent.dir, 'spool'))).length === 0);
});

test('cancelling a measurement ends its probe, and the agent goes on with the next', async () => {
  await using service = await startTestService(LONG_LEASE_S);
  const { client } = service;
  const agent = await service.startAgent();
  const id = await ask(client, endless);
  await untilSampling(client, id);
  const probes = await childrenOf(agent.pid);
  await client.measurements.cancel(id);
  await untilGone(probes);
  const next = await ask(client, quick);
  await untilStatus(client, next, 'succeeded');
  await expect(client.measurements.get(id)).resolves.toMatchObject({ status: 'cancelled', result: null });
});

test('an agent without Redis is there all the same, says so, and stops when its parent is gone', async () => {
  await using service = await startTestService(LONG_LEASE_S);
  const agent = await service.startAgent({ REDIS_URL: 'redis://127.0.0.1:1' });
  await expect(service.client.agents.get(agentIdOf(agent))).resolves.toMatchObject({ state: 'idle' });
  await until(() => agent.output().includes('"what":"queue"'));
  agent.disconnect();
  await expect(agent.ended).resolves.toBe(0);
  await expect(service.client.agents.get(agentIdOf(agent))).resolves.toMatchObject({ state: 'offline' });
});

test('a second agent in the same folder does not start, and says why', async () => {
  await using service = await startTestService(LONG_LEASE_S);
  const agent = await service.startAgent();
  await expect(service.startAgent({ ESPALIER_AGENT_DIR: agent.dir })).rejects.toThrow(
    /ended \(1\).*another agent \(process \d+\).*ESPALIER_AGENT_DIR/s,
  );
});

/** An agent whose disk breaks: nothing can be measured without a folder for temporary files. */
async function startBreaking({ client, startAgent, dir }: TestService, env: Readonly<Record<string, string>>) {
  const disk = join(dir, 'disk');
  await mkdir(disk);
  const agent = await startAgent({ TMPDIR: disk, ...env });
  await until(async () => (await client.agents.get(agentIdOf(agent))).health.status !== 'unknown');
  return {
    agent,
    breakDisk: () => rm(disk, { recursive: true }),
    mendDisk: () => mkdir(disk),
  };
}

const untilFailed = (client: Client, agent: RunningAgentProcess): Promise<void> =>
  until(async () => (await client.agents.get(agentIdOf(agent))).health.status === 'failed');

test('a device that fails its canary gets no jobs until it passes again, and then does what waited', async () => {
  await using service = await startTestService(LONG_LEASE_S);
  const { client } = service;
  const { agent, breakDisk, mendDisk } = await startBreaking(service, { ESPALIER_AGENT_CANARY_IDLE_SECONDS: '1' });
  await breakDisk();
  await untilFailed(client, agent);
  const id = await ask(client, quick);
  await until(() => agent.output().includes('"taking no jobs"'));
  await expect(client.measurements.get(id)).resolves.toMatchObject({ status: 'queued', attempt: 1 });
  await expect(client.agents.get(agentIdOf(agent))).resolves.toMatchObject({
    state: 'idle',
    health: { status: 'failed', targets: [{ reason: expect.stringContaining('probe-crashed') }] },
  });
  await mendDisk();
  await expect(untilStatus(client, id, 'succeeded')).resolves.toMatchObject({ attempt: 1, agentId: agentIdOf(agent) });
});

test('a device that fails its canary stops at once when it is told to', async () => {
  await using service = await startTestService(LONG_LEASE_S);
  const { client } = service;
  const { agent, breakDisk } = await startBreaking(service, { ESPALIER_AGENT_CANARY_IDLE_SECONDS: '1' });
  await breakDisk();
  await untilFailed(client, agent);
  agent.kill('SIGTERM');
  await expect(agent.ended).resolves.toBe(0);
  await expect(client.agents.get(agentIdOf(agent))).resolves.toMatchObject({ state: 'offline' });
});

test('a device that a person clears takes jobs again, whatever its canary said', async () => {
  await using service = await startTestService(6);
  const { client } = service;
  const { agent, breakDisk } = await startBreaking(service, {
    ESPALIER_AGENT_CANARY_IDLE_SECONDS: '8',
  });
  await breakDisk();
  await untilFailed(client, agent);
  const id = await ask(client, quick);
  await client.agents.clear(agentIdOf(agent));
  await expect(untilStatus(client, id, 'failed')).resolves.toMatchObject({ failure: { code: 'probe-crashed' } });
});
