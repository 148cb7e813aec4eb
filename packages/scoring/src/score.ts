import { arch, release, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { MeasurementProgress, MeasurementWarning, ScoreResult } from '@espalier/contracts';
import {
  type Answered,
  captureEnvironment,
  defaultMemoryLimitBytes,
  environmentWarnings,
  MeasureError,
  onnxruntimeVersion,
  runGuarded,
  traceShapes,
  watchEnvironment,
} from '@espalier/measure';
import { OnnxError, type OnnxModel, readModelFile } from '@espalier/onnx';
import type { DataSpec } from './criteria/criterion.js';
import { errorOf } from './child/failure.js';
import { type Answer, parseMessage, parseOrder } from './child/messages.js';
import { openDataset } from './dataset/open-dataset.js';
import { feedingPlan, shapesForOneRun } from './run/inputs.js';

/** What is scored, and how. */
export interface ScoreRequest {
  readonly modelPath: string;
  readonly datasetPath: string;
  /** All of a `ScoringSpec` but the data set's identity, which the path stands for. */
  readonly spec: DataSpec;
  /** Intra-op threads; 0: one for every CPU that may be used. */
  readonly threads: number;
}

/** Limits of a scoring, and who hears of it. */
export interface ScoreOptions {
  /** Called about twice a second; `runs` are passes of a mini-batch through a model. */
  readonly onProgress?: ((progress: MeasurementProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Resident memory of the process that scores; 90 % of what this process may use by default. */
  readonly memoryLimitBytes?: number | undefined;
  /** It is killed after this long; a day by default, since what a criterion costs is up to its data. */
  readonly deadlineMs?: number | undefined;
}

const MAIN = fileURLToPath(new URL('child/main.js', import.meta.url));

const DAY_MS = 24 * 60 * 60 * 1000;

/** A timer of Node holds 31 bits, that is 24 days; with more it would go off at once. */
const LATEST_MS = 2 ** 31 - 1;

/** Scores do not depend on how fast the device is: of its state, only want of memory says something against them. */
const TELLING: ReadonlySet<MeasurementWarning['code']> = new Set(['swap', 'memory-pressure']);

interface Limits extends ScoreOptions {
  readonly memoryLimitBytes: number;
  readonly deadlineMs: number;
}

/** Reads a model; what is wrong with it is told as in a measurement. */
async function readModel(path: string): Promise<OnnxModel> {
  try {
    return await readModelFile(path);
  } catch (cause) {
    if (cause instanceof OnnxError) throw new MeasureError('model-invalid', cause.message, { hint: cause.hint, cause });
    throw cause;
  }
}

/** Input shapes for one run, from the headers of the calibration data: what does not fit fails here, before any run. */
async function inputShapes({ modelPath, datasetPath }: ScoreRequest): Promise<Record<string, readonly number[]>> {
  const dataset = await openDataset(datasetPath);
  try {
    return { ...shapesForOneRun(feedingPlan(await readModel(modelPath), dataset.arrays)) };
  } finally {
    await dataset.close();
  }
}

/** Traces the model and computes the criterion, each in a child process of its own. */
async function compute(request: ScoreRequest, limits: Limits): Promise<Answered<Answer>> {
  const { modelPath, datasetPath, threads, spec } = request;
  const { memoryLimitBytes, deadlineMs, signal } = limits;
  const startMs = performance.now();
  const trace = await traceShapes(modelPath, {
    inputShapes: await inputShapes(request),
    timeoutMs: deadlineMs,
    memoryLimitBytes,
    signal,
  });
  const shapes = [...trace.shapes].map(([name, { elementType, dims }]) => ({ name, elementType, dims: [...dims] }));
  return runGuarded<Answer>(
    {
      program: { main: MAIN, provider: 'cpu', affinity: null },
      requestIn: (workDir) => parseOrder({ modelPath, datasetPath, threads, spec, shapes, workDir }),
      parse: parseMessage,
    },
    { ...limits, deadlineMs: Math.max(1, deadlineMs - (performance.now() - startMs)) },
  );
}

/**
 * Scores the blocks of a model on calibration data, on the CPU, in a child process with a deadline and a memory limit.
 * @throws ScoringError of any code; MeasureError `model-invalid`, `input-unresolved`, `probe-timeout`,
 *   `probe-out-of-memory`, `probe-crashed`, `cancelled`
 */
export async function score(request: ScoreRequest, options: ScoreOptions = {}): Promise<ScoreResult> {
  const limits = {
    ...options,
    memoryLimitBytes: options.memoryLimitBytes ?? defaultMemoryLimitBytes(),
    deadlineMs: Math.min(options.deadlineMs ?? DAY_MS, LATEST_MS),
  };
  const before = await captureEnvironment();
  const watch = watchEnvironment({ since: before.at });
  const { answer, end } = await compute(request, limits).catch(async (cause: unknown) => {
    await watch.stop();
    throw cause;
  });
  const during = [...(await watch.stop())];
  const after = await captureEnvironment();
  if (answer.kind === 'failed') throw errorOf(answer, end);
  const around = { before, during, after };
  const warnings = environmentWarnings({
    ...around,
    ownCpuSeconds: answer.cpuSeconds,
    provider: 'cpu',
    gpu: undefined,
  });
  return {
    ...answer.scored,
    environment: {
      os: `${type()} ${release()}`,
      architecture: arch(),
      node: process.versions.node,
      onnxruntime: await onnxruntimeVersion(),
      provider: 'cpu',
      ...around,
    },
    warnings: warnings.filter(({ code }) => TELLING.has(code)),
    wallSeconds: (Date.parse(after.at) - Date.parse(before.at)) / 1000,
  };
}
