import { arch, release, type } from 'node:os';
import type { DiscardedTake, LatencyEstimate, MeasurementEnvironment } from '@espalier/contracts';
import { discardedTake, latencyEstimate } from '../result/estimate.js';
import { deadlineFrom } from './deadline.js';
import type { Job, MeasureOptions } from './options.js';
import { takeUntilStable } from './stability.js';
import { takeOnce, type WholeTake } from './take.js';

const MS_PER_SECOND = 1000;

/** What was kept of a measurement, and what is told of it whatever it was of. */
export interface Finished {
  readonly take: WholeTake;
  readonly environment: MeasurementEnvironment;
  readonly discarded: DiscardedTake[];
  readonly wallSeconds: number;
}

function environmentOf({ processes, environment }: WholeTake, { spec }: Job): MeasurementEnvironment {
  return {
    os: `${type()} ${release()}`,
    architecture: arch(),
    node: process.versions.node,
    onnxruntime: processes[0].onnxruntime,
    provider: spec.provider,
    ...environment,
  };
}

/**
 * Measures a job, again while something disturbs the device and the spec asks for that.
 * @throws MeasureError of any code but `sample-invalid`
 */
export async function finish(job: Job, options: MeasureOptions): Promise<Finished> {
  const startMs = performance.now();
  const deadline = deadlineFrom(() => performance.now(), options.deadlineMs);
  const once = (): Promise<WholeTake> => takeOnce(job, { ...options, deadline, startMs });
  const { kept, discarded } = await takeUntilStable(once, job.spec.repeatIfUnstable);
  return {
    take: kept,
    environment: environmentOf(kept, job),
    discarded: discarded.map(({ takes, warnings }) => discardedTake(takes, warnings)),
    wallSeconds: (performance.now() - startMs) / MS_PER_SECOND,
  };
}

/** The distribution of the artifact at an index. */
export function estimateAt({ take }: Finished, { spec }: Job, index: number, converged: boolean): LatencyEstimate {
  const modelBytes = take.processes[0].artifacts[index]?.modelBytes ?? 0;
  return latencyEstimate(take.processTakes, index, { statistic: spec.statistic, converged, modelBytes });
}

/** When each round of all processes began, ms after the first. */
export function roundTimes({ processTakes }: WholeTake): number[] {
  return processTakes.flatMap(({ atMs }) => atMs);
}

/** The shapes that were fed. */
export function inputsFed({ processes }: WholeTake): Record<string, number[]> {
  return processes[0].inputs;
}
