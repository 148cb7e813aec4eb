import {
  type EnvironmentSnapshot,
  type LatencyEstimate,
  type Measurement,
  type MeasurementEnvironment,
  type MeasurementResult,
  resolveSpec,
} from '@espalier/contracts';
import { quantileOf, sortedCopy } from '../scale/quantile.js';

const around = (value: number): [number, number] => [value * 0.99, value * 1.01];

/** The distribution of samples for tests: quantiles of the samples, and intervals of ±1 %. */
export function aLatency(samplesMs: number[], overrides: Partial<LatencyEstimate> = {}): LatencyEstimate {
  const sorted = sortedCopy(samplesMs);
  const at = (share: number) => quantileOf(sorted, share);
  const meanMs = samplesMs.reduce((sum, value) => sum + value, 0) / samplesMs.length;
  return {
    n: samplesMs.length,
    converged: true,
    minMs: at(0),
    p5Ms: at(0.05),
    p25Ms: at(0.25),
    p50Ms: at(0.5),
    p50Ci: around(at(0.5)),
    p75Ms: at(0.75),
    p90Ms: at(0.9),
    p90Ci: around(at(0.9)),
    p95Ms: at(0.95),
    p95Ci: around(at(0.95)),
    p99Ms: at(0.99),
    p99Ci: around(at(0.99)),
    maxMs: at(1),
    meanMs,
    meanCi: around(meanMs),
    sdMs: (at(0.84) - at(0.16)) / 2,
    madMs: (at(0.75) - at(0.25)) / 2,
    outliers: 0,
    driftPerMinute: 0,
    droppedRuns: 12,
    runsPerSample: 1,
    modelBytes: 1_100_000,
    loadMs: 40,
    firstRunMs: 3 * at(0.5),
    processes: [{ n: samplesMs.length, valueMs: at(0.5), loadMs: 40, firstRunMs: 3 * at(0.5) }],
    samplesMs,
    ...overrides,
  };
}

/** A device at one moment, for tests. */
export function aSnapshot(overrides: Partial<EnvironmentSnapshot> = {}): EnvironmentSnapshot {
  return {
    at: '2026-03-01T12:00:00.000Z',
    cpuModel: 'Test CPU',
    logicalCores: 4,
    load1: 0.2,
    memoryTotalBytes: 8e9,
    memoryAvailableBytes: 6e9,
    ...overrides,
  };
}

/** Device and runtime of a measurement, for tests. */
export function anEnvironment(overrides: Partial<MeasurementEnvironment> = {}): MeasurementEnvironment {
  return {
    os: 'Linux 6.1',
    architecture: 'x64',
    node: '22.0.0',
    onnxruntime: '1.22.0',
    provider: 'cpu',
    before: aSnapshot(),
    during: [],
    after: aSnapshot({ at: '2026-03-01T12:00:20.000Z' }),
    ...overrides,
  };
}

/** What a measurement found, for tests. */
export function aResult(samplesMs: number[], overrides: Partial<MeasurementResult> = {}): MeasurementResult {
  return {
    subject: aLatency(samplesMs),
    environment: anEnvironment(),
    warnings: [],
    inputs: { input: [1, 3, 32, 32] },
    atMs: samplesMs.map((_unused, index) => index * 10),
    processVariance: { processes: 1, sdShare: 0 },
    discarded: [],
    peakRssBytes: 120e6,
    wallSeconds: 12,
    ...overrides,
  };
}

/** A measurement for tests that waits in its queue; what a test does not care about is made up. */
export function aMeasurement(overrides: Partial<Measurement> = {}): Measurement {
  return {
    id: '0b1f8a52-6f0b-4a53-9a37-3a1a5f6d2c11',
    kind: 'latency',
    status: 'queued',
    subject: 'a'.repeat(64),
    control: null,
    modelId: 'a'.repeat(64),
    target: 'x86-cpu',
    spec: resolveSpec(),
    attempt: 0,
    agentId: null,
    progress: null,
    result: null,
    profile: null,
    score: null,
    failure: null,
    createdAt: '2026-03-01T12:00:00.000Z',
    startedAt: null,
    finishedAt: null,
    ...overrides,
  };
}
