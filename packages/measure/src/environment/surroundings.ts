import type { EnvironmentSample, EnvironmentSnapshot } from '@espalier/contracts';

const MS_PER_SECOND = 1000;

/** What lay around a measurement. */
export interface Surroundings {
  readonly before: EnvironmentSnapshot;
  readonly after: EnvironmentSnapshot;
  /** Looks in between; none by default. */
  readonly during?: readonly EnvironmentSample[] | undefined;
  /** CPU time that the probes and their parent used in between. */
  readonly ownCpuSeconds: number;
  /** Execution provider that was measured; the CPU by default. */
  readonly provider?: string | undefined;
  /** The GPU that it ran on, as nvidia-smi counts; the first by default. */
  readonly gpu?: number | undefined;
}

/** How much a counter rose; `undefined` when the platform does not tell. */
export function rise(after: number | undefined, before: number | undefined): number | undefined {
  return after === undefined || before === undefined ? undefined : after - before;
}

/** How long the measurement took, in s. */
export function elapsedSeconds({ before, after }: Surroundings): number {
  return (Date.parse(after.at) - Date.parse(before.at)) / MS_PER_SECOND;
}

/** Providers that compute on the NVIDIA GPU that their options name. */
const nvidiaProviders: readonly string[] = ['cuda', 'tensorrt'];

/** Providers that choose a GPU of any make by themselves. */
const choosingProviders: readonly string[] = ['webgpu', 'dml'];

/**
 * Which of the GPUs that nvidia-smi lists was measured, by index; `undefined`: none, or nobody knows, as when a provider
 * chooses among several.
 */
export function measuredGpu({ provider = 'cpu', gpu = 0, before: { gpus = [] } }: Surroundings): number | undefined {
  if (nvidiaProviders.includes(provider)) return gpu;
  return choosingProviders.includes(provider) && gpus.length === 1 ? gpus[0]?.index : undefined;
}
