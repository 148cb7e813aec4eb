import type { Change, Interval } from '@espalier/contracts';
import { Z_975 } from '../statistics/distributions.js';
import { median } from '../statistics/quantile.js';
import { beliefOf, halfWidthUnder } from '../statistics/random-effects.js';
import { cutIntoLevels, noiseOfDifferences } from './segments.js';

/** One result of an identity. */
export interface HistoryPoint {
  readonly valueMs: number;
  /** 95 % interval of the value. */
  readonly ci: Interval;
  /** What the canary needed on that device at that time. */
  readonly canaryMs: number | null;
  /** ISO 8601. */
  readonly at: string;
}

/** What is believed of noise between measurements before any is seen. */
export interface ChangeOptions {
  /** Its median standard deviation, as a share. */
  readonly priorNoise?: number;
}

/** Results minutes or weeks apart differ by one or two percent on a quiet machine and by five on a busy one, which it allows for. */
const PRIOR_NOISE = 0.05;

/** Older results than this many say little of the level now, and time goes with their cube. */
const MAX_EARLIER = 60;

/** With fewer earlier results, `no-change` would say more than is known. */
const MIN_REFERENCES = 3;

/** The penalty of a new level, in units of ln n: high, for a false cut throws references away. */
const CUT_PENALTY = 8;

/** A residual counts as no more than this many robust standard deviations: one disturbed result must not hide changes. */
const CLIP_SDS = 5;

/** Fewer residuals do not tell which of them is far out. */
const MIN_TO_CLIP = 12;

/** Where cuts are looked for, the prior of the noise weighs as much as this many results. */
const PRIOR_RESULTS = 4;

/** Consistency factor of the median absolute deviation for a normal distribution. */
const MAD_TO_SD = 1.4826;

interface Reading {
  /** Logarithm of the value, over the canary of its time where all have one. */
  readonly log: number;
  /** Standard error of it, by its own interval. */
  readonly error: number;
}

function readingOf({ valueMs, ci: [lower, upper], canaryMs }: HistoryPoint, corrected: boolean): Reading {
  return {
    log: Math.log(corrected && canaryMs !== null ? valueMs / canaryMs : valueMs),
    error: (upper - lower) / valueMs / 2 / Z_975,
  };
}

/** Variance of the median of n normal values over that of their mean: 1 for two, 1.35 for three, π/2 for many. */
function medianCost(n: number): number {
  return n < 3 ? 1 : Math.PI / 2 - (Math.PI / 2 - 1) / (n - 1.5);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sum of squares of the residuals; in a history that is long enough to know, those far out are drawn in. */
function clippedSquares(residuals: readonly number[], least: number): number {
  const limit =
    residuals.length < MIN_TO_CLIP
      ? Number.POSITIVE_INFINITY
      : CLIP_SDS * Math.max(least, MAD_TO_SD * median(residuals.map(Math.abs)));
  return residuals.reduce((sum, residual) => sum + Math.min(limit, Math.abs(residual)) ** 2, 0);
}

/** The results since the last shift, and how all lie around the level of their time. */
interface Levelled {
  readonly last: readonly number[];
  readonly residuals: readonly number[];
  readonly count: number;
}

function levelled(logs: readonly number[], least: number, priorNoise: number): Levelled {
  const known = noiseOfDifferences(logs) ** 2;
  const noise = Math.sqrt((logs.length * known + PRIOR_RESULTS * priorNoise ** 2) / (logs.length + PRIOR_RESULTS));
  const starts = cutIntoLevels(logs, Math.max(least, noise), CUT_PENALTY);
  const stretches = starts.map((from, index) => logs.slice(from, starts[index + 1]));
  return {
    last: stretches.at(-1) ?? [],
    residuals: stretches.flatMap((stretch) => stretch.map((log) => log - median(stretch))),
    count: stretches.length,
  };
}

/**
 * Whether the latest result of an identity really differs from those before it.
 *
 * Results that lie minutes or weeks apart differ by more than their own intervals say. On the scale of logarithms, each is
 * taken as N(level, τ² + e²), e its own standard error and τ the noise from one measurement to the next, which is learned
 * from the history itself, with a stated prior while that is short ({@link beliefOf}). Earlier shifts are cut out
 * ({@link cutIntoLevels}): the reference is the median of the results since the last of them. A change is a ratio whose 95 %
 * prediction interval leaves out 1.
 * @param all the earlier results in order of time, oldest first; the last 60 count
 */
export function judgeChange(
  all: readonly HistoryPoint[],
  latest: HistoryPoint,
  { priorNoise = PRIOR_NOISE }: ChangeOptions = {},
): Change {
  const earlier = all.slice(-MAX_EARLIER);
  const canaryCorrected = earlier.length > 0 && [...earlier, latest].every(({ canaryMs }) => canaryMs !== null);
  const readings = earlier.map((point) => readingOf(point, canaryCorrected));
  const now = readingOf(latest, canaryCorrected);
  const nothing = { ratio: null, ci: null, referenceMs: null };
  if (readings.length === 0) {
    return { verdict: 'too-little-data', ...nothing, references: 0, noiseShare: priorNoise, canaryCorrected };
  }
  const within = mean(readings.map(({ error }) => error ** 2));
  const { last, residuals, count } = levelled(
    readings.map(({ log }) => log),
    Math.sqrt(within),
    priorNoise,
  );
  const degrees = residuals.length - count;
  const observed = degrees > 0 ? clippedSquares(residuals, Math.sqrt(within)) / degrees : 0;
  const belief = beliefOf({ degrees, observed, within }, priorNoise);
  const n = last.length;
  const halfWidth = halfWidthUnder(belief, (sd) => sd ** 2 + now.error ** 2 + (medianCost(n) * (sd ** 2 + within)) / n);
  const reference = median(last);
  const log = now.log - reference;
  const ci: Interval = [Math.exp(log - halfWidth), Math.exp(log + halfWidth)];
  const quiet = n < MIN_REFERENCES ? 'too-little-data' : 'no-change';
  return {
    verdict: ci[0] > 1 ? 'slower' : ci[1] < 1 ? 'faster' : quiet,
    ratio: Math.exp(log),
    ci,
    referenceMs: latest.valueMs / Math.exp(log),
    references: n,
    noiseShare: belief.sds.reduce((sum, sd, point) => sum + sd * (belief.weights[point] ?? 0), 0),
    canaryCorrected,
  };
}
