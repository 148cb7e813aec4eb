import { InferenceSession, listSupportedBackends } from 'onnxruntime-node';
import { MeasureError } from '../measure-error.js';
import { atWork } from './at-work.js';
import { oneLine } from './one-line.js';
import { optionsInvalid } from './provider-options.js';
import { type SessionSettings, sessionOptions, type Profiling } from './session-options.js';

export type { SessionSettings } from './session-options.js';

/** How onnxruntime, the C++ library and drivers say so; the arena has words of its own for it. */
const allocationFailed =
  /bad[_ ]?alloc|failed to allocate|allocat\w* .*failed|out of memory|cannot allocate|not enough memory|Failed to find a free memory block/i;

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

/** An option of a wrong name or type, and a value that the provider does not know. */
const badOption = /Invalid argument: |\bInvalid [a-z ]+: |was expected$/;

async function loads(modelPath: string, settings: SessionSettings): Promise<boolean> {
  try {
    const session = await InferenceSession.create(modelPath, sessionOptions(settings));
    await session.release();
    return true;
  } catch {
    return false;
  }
}

/** The binding says so of names and types of options; of their values, that they load without says it. */
async function areOptionsToBlame(message: string, modelPath: string, settings: SessionSettings): Promise<boolean> {
  if (Object.keys(settings.providerOptions).length === 0) return false;
  return badOption.test(message) || loads(modelPath, { ...settings, providerOptions: {} });
}

/** What a failure to load means: on a provider other than the CPU it is the model's fault only when the CPU refuses it too. */
async function loadError(cause: unknown, modelPath: string, settings: SessionSettings): Promise<MeasureError> {
  const message = oneLine(cause);
  if (allocationFailed.test(message)) {
    return new MeasureError('probe-out-of-memory', `onnxruntime ran out of memory: ${message}`, { cause });
  }
  if (await areOptionsToBlame(message, modelPath, settings)) return optionsInvalid(settings.provider, message, cause);
  if (settings.provider !== 'cpu' && (await loads(modelPath, { ...settings, provider: 'cpu', providerOptions: {} }))) {
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
 * @throws MeasureError `model-invalid`, `provider-unavailable`, `provider-options-invalid`, `probe-out-of-memory`
 */
export async function openSession(
  modelPath: string,
  settings: SessionSettings,
  profiling?: Profiling,
): Promise<OpenSession> {
  checkProviderIsKnown(settings.provider);
  const options = sessionOptions(settings, profiling);
  atWork('loading', modelPath);
  const startMs = performance.now();
  try {
    const session = await InferenceSession.create(modelPath, options);
    return { session, loadMs: performance.now() - startMs };
  } catch (cause) {
    throw await loadError(cause, modelPath, settings);
  }
}
