import { randomUUID } from 'node:crypto';
import {
  CreatedMeasurements,
  type Measurement,
  type MeasurementResult,
  parserOf,
  type ProfileResult,
  type ScoreResult,
} from '@espalier/contracts';
import type { ApiScene } from './scene.js';

const parseCreated = parserOf('CreatedMeasurements', CreatedMeasurements);

/** An agent as it enrols. */
export const agentNamed = (name: string, targets: readonly string[] = ['x86-cpu']) => ({
  id: randomUUID(),
  name,
  targets: [...targets],
  device: {
    hostname: name,
    os: 'Linux',
    architecture: 'x64',
    cpuModel: 'Test',
    logicalCores: 2,
    memoryBytes: 1e9,
    onnxruntime: '1',
    node: '20',
  },
  version: '0',
});

/** Enrols an agent. @returns its id */
export async function enrol(api: ApiScene, targets?: readonly string[]): Promise<string> {
  const agent = agentNamed('lab', targets);
  await api.post('/v1/agents', agent);
  return agent.id;
}

/** Asks for one measurement on x86-cpu. */
export async function ask(api: ApiScene, subject: string, more: object = {}): Promise<Measurement> {
  const { body } = await api.post('/v1/measurements', { measurements: [{ subject, target: 'x86-cpu', ...more }] });
  const [first] = parseCreated(body).measurements;
  if (first === undefined) throw new Error('nothing was created');
  return first.measurement;
}

const moment = {
  at: '2026-01-01T00:00:00.000Z',
  cpuModel: 'Test',
  logicalCores: 2,
  load1: 0,
  memoryTotalBytes: 1e9,
  memoryAvailableBytes: 5e8,
};

/** What an agent found. */
export function resultOf(p50Ms: number): MeasurementResult {
  const same = {
    minMs: p50Ms,
    p5Ms: p50Ms,
    p25Ms: p50Ms,
    p50Ms,
    p75Ms: p50Ms,
    p90Ms: p50Ms,
    p95Ms: p50Ms,
    p99Ms: p50Ms,
    maxMs: p50Ms,
    meanMs: p50Ms,
  };
  const around: [number, number] = [p50Ms - 0.1, p50Ms + 0.1];
  return {
    subject: {
      n: 2,
      converged: true,
      ...same,
      p50Ci: around,
      p90Ci: around,
      p95Ci: around,
      p99Ci: around,
      meanCi: around,
      sdMs: 0.1,
      madMs: 0.1,
      outliers: 0,
      driftPerMinute: 0,
      droppedRuns: 3,
      runsPerSample: 1,
      modelBytes: 9,
      loadMs: 1,
      firstRunMs: 2,
      processes: [{ n: 2, valueMs: p50Ms, loadMs: 1, firstRunMs: 2 }],
      samplesMs: [p50Ms, p50Ms],
    },
    environment: {
      os: 'Linux',
      architecture: 'x64',
      node: '20',
      onnxruntime: '1',
      provider: 'cpu',
      before: moment,
      during: [],
      after: moment,
    },
    warnings: [],
    inputs: { input: [1, 3, 8, 8] },
    atMs: [0, p50Ms],
    processVariance: { processes: 1, sdShare: 0 },
    discarded: [],
    peakRssBytes: 1e8,
    wallSeconds: 1.5,
  };
}

const share = (part: number) => ({ share: part, medianMs: part * 6 });

/** What an agent found when it profiled: one kernel that does the work of some nodes. */
export function profileOf(nodes: string[]): ProfileResult {
  const { environment, inputs } = resultOf(5);
  return {
    runs: 20,
    profiledP50Ms: 6,
    plainP50Ms: 5,
    overhead: 1.2,
    kernels: [{ name: 'conv', opType: 'Conv', provider: 'cpu', nodes, ...share(0.9) }],
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
export function scoreOf(scores: ScoreResult['scores']): ScoreResult {
  const { environment } = resultOf(5);
  return {
    scores,
    groups: [],
    loss: 1.2,
    accuracy: 0.5,
    samples: 10,
    passes: 4,
    environment,
    warnings: [],
    wallSeconds: 2,
  };
}
