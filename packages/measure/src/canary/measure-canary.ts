import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CanaryReading, MeasurementResult, MeasurementSpec, MeasurementWarning } from '@espalier/contracts';
import { MeasureError } from '../measure-error.js';
import { measure } from '../measure.js';
import type { MeasureOptions } from '../measuring/options.js';
import { canaryModel } from './reference-model.js';

/**
 * How the canary is measured. Every field is stated, as a default that changes would change what readings mean. The caps
 * keep the whole of it, process start and warm-up included, below three seconds on a device that is not overloaded.
 */
const CANARY_SPEC: Omit<MeasurementSpec, 'provider' | 'providerOptions'> = {
  batch: 1,
  inputShapes: {},
  threads: 1,
  interOpThreads: 1,
  executionMode: 'sequential',
  graphOptimization: 'all',
  memoryArena: true,
  memoryPattern: true,
  spinning: true,
  affinity: null,
  statistic: 'p50',
  precision: 0.01,
  minRuns: 30,
  maxRuns: 5000,
  maxSeconds: 1.5,
  processes: 1,
  pacing: { kind: 'back-to-back' },
  repeatIfUnstable: 0,
  inputData: null,
  seed: 1,
  scoring: null,
};

/** Loading a driver, or compiling kernels, on a slow device under load; whoever needs longer for so little is broken. */
const DEADLINE_MS = 120_000;

/** TensorRT tries out kernels for every layer before the first run. */
const TENSORRT_DEADLINE_MS = 300_000;

/** Warnings that somebody else had the device. One that throttles, or swaps by itself, is slow by its own fault. */
const DISTURBANCES: ReadonlySet<MeasurementWarning['code']> = new Set(['other-load', 'cpu-steal', 'gpu-shared']);

/** What to measure the canary on. */
export interface CanaryRequest {
  readonly provider: string;
  readonly providerOptions?: MeasurementSpec['providerOptions'] | undefined;
}

/** What came of it: a latency with its interval, or why there is none. */
export type CanaryOutcome = CanaryReading['outcome'];

async function measureModel({ provider, providerOptions = {} }: CanaryRequest, options: MeasureOptions) {
  const folder = await mkdtemp(join(tmpdir(), 'espalier-canary-'));
  try {
    const subjectPath = join(folder, 'canary.onnx');
    await writeFile(subjectPath, canaryModel());
    const deadlineMs = provider === 'tensorrt' ? TENSORRT_DEADLINE_MS : DEADLINE_MS;
    return await measure(
      { subjectPath, spec: { ...CANARY_SPEC, provider, providerOptions } },
      { deadlineMs, ...options },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function outcomeOf({ subject, warnings }: MeasurementResult): CanaryOutcome {
  const { p50Ms, p50Ci, n, runsPerSample } = subject;
  const disturbedBy = warnings.map(({ code }) => code).filter((code) => DISTURBANCES.has(code));
  return {
    kind: 'measured',
    p50Ms,
    p50Ci,
    runs: n * runsPerSample,
    ...(disturbedBy.length === 0 ? {} : { disturbedBy }),
  };
}

/**
 * Measures the fixed reference model on a provider of this device, in a process of its own, in about two seconds: a number
 * that says how fast the device is now, beside its other days and its like. A failure is an outcome too, with the code that
 * a measurement would have failed with.
 * @throws MeasureError `cancelled` alone
 */
export async function measureCanary(request: CanaryRequest, options: MeasureOptions = {}): Promise<CanaryOutcome> {
  try {
    return outcomeOf(await measureModel(request, options));
  } catch (error) {
    if (options.signal?.aborted) {
      throw error instanceof MeasureError
        ? error
        : new MeasureError('cancelled', 'the canary was cancelled', { cause: options.signal.reason });
    }
    if (error instanceof MeasureError) return { kind: 'failed', code: error.code, message: error.message };
    // No folder, no room: a device that cannot even write so little is no good for measurements.
    return { kind: 'failed', code: 'probe-crashed', message: `the canary could not be measured: ${String(error)}` };
  }
}
