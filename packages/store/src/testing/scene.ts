import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  builtInTargets,
  type LatencyEstimate,
  type MeasurementRequest,
  type MeasurementResult,
  type ProfileResult,
  type ScoreResult,
} from '@espalier/contracts';
import { openStore, type Store } from '../store.js';
import { createTestDatabase } from '../testing.js';

/** A store on a database and a folder of its own. */
export interface Scene {
  readonly store: Store;
  readonly databaseUrl: string;
  readonly artifactsDir: string;
  close(): Promise<void>;
}

/** Opens a scene with the built-in targets. */
export async function openScene(): Promise<Scene> {
  const database = await createTestDatabase(process.env['DATABASE_URL']);
  const artifactsDir = await mkdtemp(join(tmpdir(), 'espalier-store-'));
  const store = await openStore({ databaseUrl: database.url, artifactsDir });
  await store.targets.ensure(builtInTargets);
  return {
    store,
    databaseUrl: database.url,
    artifactsDir,
    close: async () => {
      await store.close();
      await database.close();
      await rm(artifactsDir, { recursive: true, force: true });
    },
  };
}

/** A stream of bytes, as an upload is. */
export async function* bytesOf(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

/** A model whose file is its name. @returns its id */
export async function addModel(store: Store, name: string): Promise<string> {
  const staged = await store.artifacts.receive(bytesOf(name), { maxBytes: 1000 });
  const { sha256: id } = await staged.keep('model');
  const graph = { opset: 17, parameters: 10, macs: 20, inputs: [], outputs: [] };
  await store.models.create({ id, name, ...graph, trace: { inputs: {}, shapes: {} } });
  return id;
}

/** An agent that serves x86-cpu. @returns its id */
export async function addAgent(store: Store, name = 'lab-1'): Promise<string> {
  const id = randomUUID();
  const device = { hostname: name, os: 'Linux', architecture: 'x64', cpuModel: 'Test', node: '20', onnxruntime: '1' };
  await store.agents.enrol({
    id,
    name,
    targets: ['x86-cpu'],
    device: { ...device, logicalCores: 2, memoryBytes: 1e9 },
    version: '0',
  });
  return id;
}

/** A wish for a measurement on x86-cpu. */
export const wish = (subject: string, more: Partial<MeasurementRequest> = {}): MeasurementRequest => ({
  kind: 'latency',
  subject,
  target: 'x86-cpu',
  fresh: false,
  priority: 100,
  ...more,
});

/** One measurement that waits. */
export async function addMeasurement(store: Store, more: Partial<MeasurementRequest> = {}): Promise<string> {
  const subject = await addModel(store, `model ${randomUUID()}`);
  const [created] = await store.measurements.createBatch([wish(subject, more)]);
  if (created === undefined) throw new Error('nothing was created');
  return created.measurement.id;
}

const moment = {
  at: '2026-01-01T00:00:00.000Z',
  cpuModel: 'Test',
  logicalCores: 2,
  load1: 0,
  memoryTotalBytes: 1e9,
  memoryAvailableBytes: 5e8,
};

const estimate = (samplesMs: number[], p50Ms: number): LatencyEstimate => ({
  n: samplesMs.length,
  converged: true,
  minMs: p50Ms,
  p5Ms: p50Ms,
  p25Ms: p50Ms,
  p50Ms,
  p50Ci: [p50Ms - 0.1, p50Ms + 0.1],
  p75Ms: p50Ms,
  p90Ms: p50Ms,
  p90Ci: [p50Ms, p50Ms],
  p95Ms: p50Ms,
  p95Ci: [p50Ms, p50Ms],
  p99Ms: p50Ms,
  p99Ci: [p50Ms, p50Ms],
  maxMs: p50Ms,
  meanMs: p50Ms,
  meanCi: [p50Ms, p50Ms],
  sdMs: 0.1,
  madMs: 0.1,
  outliers: 0,
  driftPerMinute: 0,
  droppedRuns: 3,
  runsPerSample: 1,
  modelBytes: 9,
  loadMs: 1,
  firstRunMs: 2,
  processes: [{ n: samplesMs.length, valueMs: p50Ms, loadMs: 1, firstRunMs: 2 }],
  samplesMs,
});

/** What an agent found: subject and control, with samples that only exact storage keeps. */
export function resultOf(p50Ms: number): MeasurementResult {
  return {
    subject: estimate([p50Ms, 0.1 + 0.2, Math.PI], p50Ms),
    control: estimate([1 / 3], p50Ms * 2),
    ratio: { p50: 0.5, ci: [0.49, 0.51] },
    environment: {
      os: 'Linux',
      architecture: 'x64',
      node: '20',
      onnxruntime: '1',
      provider: 'cpu',
      before: moment,
      during: [{ atMs: 1000, cpuBusyShare: 0.5 }],
      after: moment,
    },
    warnings: [],
    inputs: { input: [1, 3, 8, 8] },
    atMs: [0, 1.5, 1e3 / 3],
    processVariance: { processes: 1, sdShare: 0 },
    discarded: [],
    peakRssBytes: 1e8,
    wallSeconds: 1.5,
  };
}

const share = (part: number) => ({ share: part, medianMs: part * 6 });

/** What an agent found when it profiled: one kernel of two nodes. */
export function profileOf(): ProfileResult {
  const { environment, inputs } = resultOf(5);
  return {
    runs: 20,
    profiledP50Ms: 6,
    plainP50Ms: 5,
    overhead: 1.2,
    kernels: [{ name: 'conv_kernel', opType: 'FusedConv', provider: 'cpu', nodes: ['conv', 'relu'], ...share(0.9) }],
    blocks: null,
    rest: share(0.9),
    runtime: share(0.08),
    unexplained: 0.02,
    placement: { cpu: 1 },
    inputs,
    environment,
    warnings: [],
    wallSeconds: 2,
  };
}

/** What an agent found on calibration data. */
export function scoreOf(): ScoreResult {
  const { environment } = resultOf(5);
  return {
    scores: [{ index: 0, importance: 0.1 + 0.2 }],
    groups: [],
    loss: 1.5,
    accuracy: 0.5,
    samples: 10,
    passes: 3,
    environment,
    warnings: [],
    wallSeconds: 1,
  };
}
