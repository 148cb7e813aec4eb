import type { MeasurementSpec } from '@espalier/contracts';
import { MeasureError } from './measure-error.js';
import { defaultMemoryLimitBytes } from './parent/memory-limit.js';
import { runProbe } from './parent/run-probe.js';
import type { WireTensor } from './probe/messages.js';
import { bytesOfData, dataOfBytes, type TensorValue } from './tensor-data.js';

const DEFAULT_TIMEOUT_MS = 60_000;

/** How to run, and for how long. */
export interface RunOptions {
  readonly provider?: string | undefined;
  /** Intra-op threads; 0: as onnxruntime decides. */
  readonly threads?: number | undefined;
  readonly graphOptimization?: MeasurementSpec['graphOptimization'] | undefined;
  readonly timeoutMs?: number | undefined;
  readonly memoryLimitBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a model once in a child process and returns its outputs by name. Outputs that are no numeric tensors are left out.
 * @throws MeasureError `model-invalid` (also for inputs that the model does not take), `provider-unavailable`,
 *   `probe-timeout`, `probe-out-of-memory`, `probe-crashed`, `cancelled`
 */
export async function runOnce(
  modelPath: string,
  inputs: Readonly<Record<string, TensorValue>>,
  options: RunOptions = {},
): Promise<Readonly<Record<string, TensorValue>>> {
  const wireInputs = Object.entries(inputs).map(([name, { elementType, dims, data }]): [string, WireTensor] => [
    name,
    { elementType, dims: [...dims], bytes: bytesOfData(data) },
  ]);
  const answer = await runProbe(
    {
      kind: 'run',
      modelPath,
      inputs: Object.fromEntries(wireInputs),
      provider: options.provider ?? 'cpu',
      threads: options.threads ?? 1,
      graphOptimization: options.graphOptimization ?? 'all',
    },
    {
      deadlineMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      memoryLimitBytes: options.memoryLimitBytes ?? defaultMemoryLimitBytes(),
      signal: options.signal,
    },
  );
  if (answer.kind !== 'ran') throw new MeasureError('probe-crashed', `the probe answered ${answer.kind}`);
  const outputs = Object.entries(answer.outputs).map(
    ([name, { elementType, dims, bytes }]) =>
      [name, { elementType, dims, data: dataOfBytes(elementType, bytes) }] as const,
  );
  return Object.fromEntries(outputs);
}
