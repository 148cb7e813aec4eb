import { Sample } from '../statistics/sample.js';
import type { Take } from '../statistics/take.js';

/** What one fresh process gave of one artifact. */
export interface ArtifactRuns {
  /** In order of time, ms per run. */
  readonly samplesMs: readonly number[];
  /** Runs timed together for one sample. */
  readonly runsPerSample: number;
  /** Runs before and between the rounds. */
  readonly droppedRuns: number;
  readonly loadMs: number;
  readonly firstRunMs: number;
}

/** What one fresh process gave: per artifact, the subject first, the runs of the same rounds. */
export interface ProcessTake {
  readonly artifacts: readonly ArtifactRuns[];
  /** When each round began, ms after the first round of the first process. */
  readonly atMs: readonly number[];
  readonly warmUpSteady: boolean;
}

/** The runs of the artifact at an index. @throws RangeError where there is none */
export function runsOf({ artifacts }: ProcessTake, index: number): ArtifactRuns {
  const runs = artifacts[index];
  if (runs === undefined) throw new RangeError(`a process with ${artifacts.length} artifacts has none at ${index}`);
  return runs;
}

/**
 * The samples of a process, for the statistics.
 * @throws MeasureError `sample-invalid` with fewer than two rounds, or a value that is not finite
 */
export function takeOf({ artifacts }: ProcessTake): Take {
  return { series: artifacts.map(({ samplesMs }) => Sample.of(samplesMs)) };
}
