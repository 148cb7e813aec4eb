import type { MeasurementSpec } from '@espalier/contracts';
import { InferenceSession, listSupportedBackends } from 'onnxruntime-node';
import { MeasureError } from '../measure-error.js';
import { oneLine } from './one-line.js';

/** How a session is set up: nothing of it is left to a default of onnxruntime that may change. */
export type SessionSettings = Pick<
  MeasurementSpec,
  'provider' | 'threads' | 'interOpThreads' | 'executionMode' | 'graphOptimization' | 'memoryArena'
>;

/** Only errors: warnings about a graph's style would fill the last words of a probe. */
const LOG_ERRORS = 3;

const allocationFailed = /bad_?alloc|failed to allocate|out of memory|cannot allocate/i;

/** Profiling of a session. */
interface Profiling {
  readonly filePrefix: string;
  /** Where onnxruntime writes what it made of the model. */
  readonly optimisedPath?: string | undefined;
}

function sessionOptions(settings: SessionSettings, profiling?: Profiling): InferenceSession.SessionOptions {
  return {
    executionProviders: [settings.provider],
    intraOpNumThreads: settings.threads,
    interOpNumThreads: settings.interOpThreads,
    executionMode: settings.executionMode,
    graphOptimizationLevel: settings.graphOptimization,
    enableCpuMemArena: settings.memoryArena,
    logSeverityLevel: LOG_ERRORS,
    ...(profiling === undefined ? {} : { enableProfiling: true, profileFilePrefix: profiling.filePrefix }),
    ...(profiling?.optimisedPath === undefined ? {} : { optimizedModelFilePath: profiling.optimisedPath }),
  };
}

/**
 * Makes onnxruntime set itself up (some 50 ms), so that the loading of the first model is not charged with it: it does so
 * before it looks at a model, so one without a byte is enough.
 */
export async function startOnnxruntime(): Promise<void> {
  await InferenceSession.create(new Uint8Array(0)).catch(() => undefined);
}

/**
 * @throws MeasureError `provider-unavailable` when this build of onnxruntime does not know the provider
 */
export function checkProviderIsKnown(provider: string): void {
  const known = listSupportedBackends().map(({ name }) => name);
  if (known.includes(provider)) return;
  throw new MeasureError('provider-unavailable', `onnxruntime has no execution provider ${provider} here`, {
    hint: `it has ${known.join(', ')}`,
  });
}

/** What an error of onnxruntime means when it comes from running a model. */
export function runError(cause: unknown): MeasureError {
  const message = oneLine(cause);
  return allocationFailed.test(message)
    ? new MeasureError('probe-out-of-memory', `onnxruntime ran out of memory: ${message}`, { cause })
    : new MeasureError('model-invalid', `onnxruntime cannot run the model: ${message}`, { cause });
}

async function loads(modelPath: string, settings: SessionSettings): Promise<boolean> {
  try {
    const session = await InferenceSession.create(modelPath, sessionOptions(settings));
    await session.release();
    return true;
  } catch {
    return false;
  }
}

/** What a failure to load means: on a provider other than the CPU it is the model's fault only when the CPU refuses it too. */
async function loadError(cause: unknown, modelPath: string, settings: SessionSettings): Promise<MeasureError> {
  const message = oneLine(cause);
  if (allocationFailed.test(message)) {
    return new MeasureError('probe-out-of-memory', `onnxruntime ran out of memory: ${message}`, { cause });
  }
  if (settings.provider !== 'cpu' && (await loads(modelPath, { ...settings, provider: 'cpu' }))) {
    return new MeasureError('provider-unavailable', `${settings.provider} does not work here: ${message}`, { cause });
  }
  return new MeasureError('model-invalid', `onnxruntime refuses the model: ${message}`, { cause });
}

/** A session and how long it took to make. */
export interface OpenSession {
  readonly session: InferenceSession;
  readonly loadMs: number;
}

/**
 * Loads a model.
 * @throws MeasureError `model-invalid`, `provider-unavailable`, `probe-out-of-memory`
 */
export async function openSession(
  modelPath: string,
  settings: SessionSettings,
  profiling?: Profiling,
): Promise<OpenSession> {
  checkProviderIsKnown(settings.provider);
  const options = sessionOptions(settings, profiling);
  const startMs = performance.now();
  try {
    const session = await InferenceSession.create(modelPath, options);
    return { session, loadMs: performance.now() - startMs };
  } catch (cause) {
    throw await loadError(cause, modelPath, settings);
  }
}
