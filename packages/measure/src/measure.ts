import { arch, release, type } from 'node:os';
import type { EnvironmentSnapshot, MeasurementProgress, MeasurementResult, MeasurementSpec } from '@espalier/contracts';
import { captureEnvironment } from './environment/capture.js';
import { environmentWarnings } from './environment/warnings.js';
import { MeasureError } from './measure-error.js';
import { defaultMemoryLimitBytes } from './parent/memory-limit.js';
import { runProbe } from './parent/run-probe.js';
import type { Measured } from './probe/messages.js';
import { latencyEstimate, ratioEstimate } from './result/estimate.js';
import { sampleWarnings, verdictsOf } from './result/sample-warnings.js';

/** Loading a big model from a slow disk, twice, and choosing its kernels. */
const LOADING_MS = 120_000;

/**
 * Rounds and warm-up end themselves at their caps, except that a run cannot be interrupted: this leaves time for a model
 * whose single run is longer than the cap.
 */
const DEADLINE_FACTOR = 3;

const MICROSECONDS = 1e6;

/** What to measure: the subject, interleaved with the control when there is one. */
export interface MeasureRequest {
  readonly subjectPath: string;
  readonly controlPath?: string | undefined;
  readonly spec: MeasurementSpec;
}

/** Limits of a measurement, and who hears of it. */
export interface MeasureOptions {
  /** Called about five times a second. */
  readonly onProgress?: ((progress: MeasurementProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Resident memory of the probe; 90 % of what this process may use by default. */
  readonly memoryLimitBytes?: number | undefined;
  /** The probe is killed after this long; two minutes plus three times the spec's `maxSeconds` by default. */
  readonly deadlineMs?: number | undefined;
}

function processCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / MICROSECONDS;
}

/** What lay around the probe. */
interface Around {
  readonly before: EnvironmentSnapshot;
  readonly after: EnvironmentSnapshot;
  readonly ownCpuSeconds: number;
}

function resultOf(measured: Measured, spec: MeasurementSpec, around: Around): MeasurementResult {
  const { subject, control, atMs } = measured;
  const verdicts = verdictsOf(measured, spec);
  const { before, after } = around;
  return {
    subject: latencyEstimate(subject, atMs, verdicts.subject.converged),
    ...(control === undefined
      ? {}
      : {
          control: latencyEstimate(control, atMs, verdicts.control?.converged ?? false),
          ratio: ratioEstimate(subject, control, spec),
        }),
    environment: {
      os: `${type()} ${release()}`,
      architecture: arch(),
      node: process.versions.node,
      onnxruntime: measured.onnxruntime,
      provider: spec.provider,
      before,
      after,
    },
    warnings: [...sampleWarnings(measured, spec, verdicts), ...environmentWarnings(around)],
    inputs: measured.inputs,
    peakRssBytes: measured.peakRssBytes,
    wallSeconds: (Date.parse(after.at) - Date.parse(before.at)) / 1000,
  };
}

/**
 * Measures the latency of a model in a fresh child process, interleaved with a control when one is given, and reports it
 * with intervals, surroundings and warnings. It does not say that it converged unless it did: see `converged` and the
 * warnings of the result.
 * @throws MeasureError `model-invalid`, `provider-unavailable`, `input-unresolved`, `probe-timeout`, `probe-out-of-memory`,
 *   `probe-crashed`, `cancelled`
 */
export async function measure(request: MeasureRequest, options: MeasureOptions = {}): Promise<MeasurementResult> {
  const { subjectPath, controlPath, spec } = request;
  const before = await captureEnvironment();
  const cpuBefore = processCpuSeconds();
  const answer = await runProbe(
    { kind: 'measure', subjectPath, spec, ...(controlPath === undefined ? {} : { controlPath }) },
    {
      deadlineMs: options.deadlineMs ?? LOADING_MS + DEADLINE_FACTOR * spec.maxSeconds * 1000,
      memoryLimitBytes: options.memoryLimitBytes ?? defaultMemoryLimitBytes(),
      signal: options.signal,
      onProgress: options.onProgress,
    },
  );
  const after = await captureEnvironment();
  if (answer.kind !== 'measured') throw new MeasureError('probe-crashed', `the probe answered ${answer.kind}`);
  const ownCpuSeconds = processCpuSeconds() - cpuBefore + answer.cpuSeconds;
  return resultOf(answer, spec, { before, after, ownCpuSeconds });
}
