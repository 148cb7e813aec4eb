import type { ProcessRuns } from '@espalier/contracts';

/** The samples of one fresh process among all of a measurement. */
export interface SampleRun {
  /** From 1. */
  readonly process: number;
  /** Index of its first sample, and of the one after its last. */
  readonly from: number;
  readonly to: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Which samples belong to which process. Processes without samples are left out.
 * @param processes in order of time
 * @param atMs the times of all samples, process after process
 */
export function sampleRuns(
  processes: readonly Pick<ProcessRuns, 'n'>[],
  atMs: readonly number[],
): readonly SampleRun[] {
  let from = 0;
  return processes.flatMap(({ n }, index) => {
    const to = Math.min(from + n, atMs.length);
    const run = { process: index + 1, from, to, fromMs: atMs[from] ?? 0, toMs: atMs[to - 1] ?? 0 };
    from = to;
    return run.to > run.from ? [run] : [];
  });
}
