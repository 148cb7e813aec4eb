import type { MeasurementProgress } from '@espalier/contracts';
import { MeasureError } from '../measure-error.js';
import { defaultMemoryLimitBytes } from '../parent/memory-limit.js';
import { runProbe } from '../parent/run-probe.js';
import type { Measured, Quota } from '../probe/messages.js';
import { firstQuota, judgedBy, nextQuota, type Spent } from '../sampling/quota.js';
import { judge, type Take } from '../sampling/stopping.js';
import { Sample } from '../statistics/sample.js';
import type { Deadline } from './deadline.js';
import type { Job, MeasureOptions } from './options.js';

/** What all processes of a measurement share. */
export interface Surround extends Omit<MeasureOptions, 'deadlineMs'> {
  readonly deadline: Deadline;
  /** When the measurement began, on the clock of `performance.now()`. */
  readonly startMs: number;
}

/** What the processes of a measurement answered, in order of time. */
export type Processes = readonly [first: Measured, ...others: Measured[]];

/** What a process did, for the plan of the next ones. */
export function spentBy({ atMs, samplingMs, overheadMs, share }: Measured): Spent {
  return { runs: atMs.length, samplingMs, overheadMs, share };
}

/** The samples of a process, for the statistics. */
export function takeBy({ artifacts }: Measured): Take {
  return { series: artifacts.map(({ samplesMs }) => Sample.of(samplesMs)) };
}

/** Progress of one process, as progress of the whole. */
function asWhole(progress: MeasurementProgress, done: readonly Measured[], { startMs }: Surround): MeasurementProgress {
  return {
    ...progress,
    process: done.length + 1,
    runs: done.reduce((sum, { atMs }) => sum + atMs.length, 0) + progress.runs,
    elapsedMs: performance.now() - startMs,
  };
}

async function runOne(job: Job, quota: Quota, done: readonly Measured[], surround: Surround): Promise<Measured> {
  const { artifactPaths, inputDataPath, spec } = job;
  const { deadline, memoryLimitBytes, signal, onProgress } = surround;
  const [first] = done;
  const answer = await runProbe(
    {
      kind: 'measure',
      artifactPaths: [...artifactPaths],
      spec: first === undefined ? spec : { ...spec, inputShapes: first.inputs },
      quota,
      ...(inputDataPath === undefined ? {} : { inputDataPath }),
    },
    {
      deadlineMs: deadline.leftMs(spec, artifactPaths.length),
      memoryLimitBytes: memoryLimitBytes ?? defaultMemoryLimitBytes(),
      signal,
      onProgress: (progress) => onProgress?.(asWhole(progress, done, surround)),
    },
  ).catch((cause: unknown) => {
    throw deadline.told(cause);
  });
  if (answer.kind !== 'measured') throw new MeasureError('probe-crashed', `the probe answered ${answer.kind}`);
  return answer;
}

/**
 * Runs fresh processes one after the other until their samples together are enough, or what the spec allows is used up.
 * @throws MeasureError of any code but `sample-invalid`
 */
export async function runProcesses(job: Job, surround: Surround): Promise<Processes> {
  const { spec } = job;
  const done: [Measured, ...Measured[]] = [await runOne(job, firstQuota(spec), [], surround)];
  for (;;) {
    const spent = done.map(spentBy);
    const quota = nextQuota(spec, spent, () => judge(judgedBy(spec, spent), done.map(takeBy)));
    if (quota === undefined) return done;
    done.push(await runOne(job, quota, done, surround));
  }
}
