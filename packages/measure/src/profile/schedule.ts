import { type Random, shuffled } from '../statistics/random.js';
import type { Clock, TimedArtifact } from '../sampling/artifact.js';

/** A batch lasts about this long: drift is slower, and within it the caches belong to the one session. */
const BATCH_MS = 25;

/** Where a batch has several runs, its first one finds the caches full of the other session, and is not kept. */
const MAX_BATCH = 50;

/** Sampling goes on for at least this long, however short the runs. */
const MIN_SAMPLING_MS = 2000;

/** The times of both sessions. */
export interface AlternatingRuns {
  readonly plainMs: readonly number[];
  /** Every run of the profiled session, in order; `kept` false: the first of a batch. */
  readonly profiled: readonly { readonly outerMs: number; readonly kept: boolean }[];
  /** The empty model, right after each batch of the profiled one. */
  readonly emptyMs: readonly number[];
}

/** When to stop, and the senses. */
export interface ScheduleOptions {
  readonly typicalMs: number;
  readonly minRuns: number;
  /** Of the profiled session, those that are not kept included. */
  readonly maxRuns: number;
  readonly maxMs: number;
  readonly now: Clock;
  readonly random: Random;
  readonly onBatch: (keptRuns: number, elapsedMs: number) => void;
}

/** How many runs of one session follow each other. */
export function batchLength(typicalMs: number): number {
  const runs = Math.floor(BATCH_MS / typicalMs);
  return runs < 2 ? 1 : Math.min(MAX_BATCH, runs);
}

/** What is run: a model with and without the profiler, and one that does nothing, with it. */
export interface ProfiledSet {
  readonly plain: TimedArtifact;
  readonly profiled: TimedArtifact;
  readonly empty: TimedArtifact;
}

/**
 * Runs both sessions in turn, in small batches and random order, so that drift hits both alike. After each batch of the
 * profiled one the empty model runs once, to see what a call costs then.
 */
export async function alternate(
  { plain, profiled, empty }: ProfiledSet,
  options: ScheduleOptions,
): Promise<AlternatingRuns> {
  const { minRuns, maxRuns, maxMs, now, random } = options;
  const length = Math.min(batchLength(options.typicalMs), maxRuns);
  const plainMs: number[] = [];
  const runs: { outerMs: number; kept: boolean }[] = [];
  const emptyMs: number[] = [];
  let kept = 0;
  const startMs = now();
  const isKept = (run: number): boolean => length === 1 || run > 0;
  const runPlain = async (): Promise<void> => {
    for (let run = 0; run < length; run++) {
      const ms = await plain.time(1);
      if (isKept(run)) plainMs.push(ms);
    }
  };
  const runProfiled = async (): Promise<void> => {
    for (let run = 0; run < length; run++) {
      runs.push({ outerMs: await profiled.time(1), kept: isKept(run) });
      if (isKept(run)) kept += 1;
    }
    emptyMs.push(await empty.time(1));
  };
  for (let done = false; !done; ) {
    for (const batch of shuffled([runPlain, runProfiled], random)) await batch();
    const elapsedMs = now() - startMs;
    options.onBatch(kept, elapsedMs);
    const isEnough = kept >= minRuns && elapsedMs >= Math.min(MIN_SAMPLING_MS, maxMs);
    done = isEnough || elapsedMs >= maxMs || runs.length + length > maxRuns;
  }
  return { plainMs, profiled: runs, emptyMs };
}
