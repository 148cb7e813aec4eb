import { MeasureError } from '../measure-error.js';

/** onnxruntime's profiler keeps so many events and drops the rest without a word. */
const KEPT_EVENTS = 1_000_000;

/** So many are plenty for shares, and read within seconds. */
const WANTED_EVENTS = 200_000;

/** Runs that are dropped: the plain session has warmed up the machine, these the memory of the profiled one. */
const WARM_UP_RUNS = 3;

/** Where fewer runs than this fit in, none is dropped. */
const FEW_RUNS = 8;

/** How many runs of a profiled session there may be. */
export interface RunBudget {
  /** Before the runs that count. */
  readonly warmUpRuns: number;
  readonly maxRuns: number;
}

/** The error for a model whose single run leaves more events than the profiler keeps. */
export function tooManyEvents(): MeasureError {
  return new MeasureError('probe-crashed', "a run of this model has more kernels than onnxruntime's profiler keeps", {
    hint: 'profile it with smaller inputs, or inputs for which its loops have fewer turns',
  });
}

/**
 * How many runs fit into a trace.
 * @throws MeasureError `probe-crashed` when not one does
 */
export function runBudget(eventsPerRun: number): RunBudget {
  if (eventsPerRun > KEPT_EVENTS) throw tooManyEvents();
  const runs = Math.max(1, Math.floor(WANTED_EVENTS / eventsPerRun));
  const warmUpRuns = runs < FEW_RUNS ? 0 : WARM_UP_RUNS;
  return { warmUpRuns, maxRuns: runs - warmUpRuns };
}
