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

const gpuProviders: readonly string[] = ['cuda', 'tensorrt', 'webgpu', 'dml'];

/** Whether a provider computes on a GPU. */
export function runsOnGpu(provider: string | undefined): boolean {
  return provider !== undefined && gpuProviders.includes(provider);
}
