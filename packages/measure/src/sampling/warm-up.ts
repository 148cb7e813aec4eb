import { median } from '../statistics/quantile.js';
import type { ArtifactSet, Clock } from './artifact.js';

/**
 * A window covers at least this long: caches and thread pools settle within milliseconds, but a CPU takes some tens of
 * milliseconds of load before its clock is up.
 */
const WINDOW_MS = 50;

/** And at least this many runs, so that its median means something for a slow model. */
const WINDOW_RUNS = 3;

/** Warm-up ends when the latest window is not more than this much faster than the one before. */
const STEADY_TOLERANCE = 0.02;

/** Older times than half of this many are let go; two windows of the shortest run that a caller can see are less. */
const MAX_KEPT = 100_000;

/** The check costs a sort, so it comes at growing intervals. */
const CHECK_GROWTH = 1.25;

/** How many runs at the end of the series make a window, or all when they are too few for one. */
function windowLength(timesMs: readonly number[]): number {
  let length = 0;
  let totalMs = 0;
  while (length < timesMs.length && (length < WINDOW_RUNS || totalMs < WINDOW_MS)) {
    totalMs += timesMs[timesMs.length - 1 - length] ?? 0;
    length += 1;
  }
  return length;
}

/**
 * Whether a series of run times has stopped getting faster: the median of its last window is at least 98 % of the median
 * of the window before. Getting slower does not count against it: that is drift, which the rounds report.
 * @param timesMs in order of time
 */
export function isSteady(timesMs: readonly number[]): boolean {
  const length = windowLength(timesMs);
  const latest = timesMs.slice(-length);
  const before = timesMs.slice(-2 * length, -length);
  if (before.length < length || latest.reduce((sum, ms) => sum + ms, 0) < WINDOW_MS) return false;
  return median(latest) >= (1 - STEADY_TOLERANCE) * median(before);
}

/** How the warm-up went. */
export interface WarmUp {
  /** Runs of each artifact; none of them is in a distribution. */
  readonly runs: number;
  readonly steady: boolean;
  /** Median of the last window of each artifact, in ms. */
  readonly typicalMs: readonly number[];
}

/** Limits and senses of a warm-up. */
export interface WarmUpOptions {
  readonly now: Clock;
  /** It ends after this long, steady or not. */
  readonly maxMs: number;
  readonly onRound: (runs: number) => void;
}

/**
 * Runs all artifacts in turn until each is steady ({@link isSteady}), not a fixed count.
 */
export async function warmUp(artifacts: ArtifactSet, { now, maxMs, onRound }: WarmUpOptions): Promise<WarmUp> {
  const startMs = now();
  const series = artifacts.map((artifact) => ({ artifact, timesMs: new Array<number>() }));
  let runs = 0;
  let checkAt = 2 * WINDOW_RUNS;
  let steady = false;
  while (!steady && (runs === 0 || now() - startMs < maxMs)) {
    for (const { artifact, timesMs } of series) timesMs.push(await artifact.time(1));
    runs += 1;
    onRound(runs);
    if (runs >= checkAt) {
      steady = series.every(({ timesMs }) => isSteady(timesMs));
      checkAt = Math.ceil(checkAt * CHECK_GROWTH);
      for (const { timesMs } of series) if (timesMs.length > MAX_KEPT) timesMs.splice(0, timesMs.length - MAX_KEPT / 2);
    }
  }
  const typicalMs = series.map(({ timesMs }) => median(timesMs.slice(-windowLength(timesMs))));
  return { runs, steady, typicalMs };
}
