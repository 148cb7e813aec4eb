import type { Statistic } from '@espalier/contracts';
import { ALPHA, normalQuantile, student } from './distributions.js';
import { influenceOn, type Influence } from './influence.js';
import { effectiveRuns, pooledQuantile } from './interval.js';
import { forLooks } from './looks.js';
import { type Pool, pool } from './pool.js';
import { betweenSd, type Levels, levelsOf, widened } from './process-levels.js';
import { quantile } from './quantile.js';
import type { Sample } from './sample.js';
import { shareOfStatistic, valueOf } from './statistic.js';
import type { Take } from './take.js';

/** Subject over control with its 95 % interval. */
export interface Ratio {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
  /** How many independent rounds the rounds were worth. */
  readonly effectiveRounds: number;
  /** False: the tail of one of the two has no bound yet, so the interval is narrower than it says. */
  readonly bounded: boolean;
  /** Standard deviation of the ratio between fresh processes as a share of it, by moments; 0: none shown. */
  readonly betweenSd: number;
}

/** One artifact of all takes, with what its ratios need. */
export interface Contender {
  readonly statistic: Statistic;
  readonly pooled: Pool;
  /** The statistic of each take. */
  readonly values: readonly number[];
  readonly influence: Influence;
  /** Its influence on the median, whose correlation counts too, as a tail's is hard to see. */
  readonly onMedian: Influence;
  readonly bounded: boolean;
}

/** Prepares the artifact at an index of the takes. */
export function contender(takes: readonly Take[], index: number, statistic: Statistic): Contender {
  const samples = takes.map(({ series }) => seriesAt(series, index));
  const pooled = pool(samples);
  const p = shareOfStatistic(statistic);
  const influence = influenceOn(statistic, pooled);
  return {
    statistic,
    pooled,
    values: samples.map((sample) => valueOf(sample, statistic)),
    influence,
    onMedian: statistic === 'p50' ? influence : influenceOn('p50', pooled),
    bounded: p === undefined || pooledQuantile(pooled, p).bounded,
  };
}

function seriesAt(series: readonly Sample[], index: number): Sample {
  const sample = series[index];
  if (sample === undefined) throw new RangeError(`a take of ${series.length} artifacts has none at ${index}`);
  return sample;
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, round) => value - (b[round] ?? 0));
}

function rootMeanSquare(series: Float64Array): number {
  return Math.sqrt(series.reduce((sum, value) => sum + value * value, 0) / series.length);
}

/** The least and the greatest ratio of any two runs: no statistic of theirs is further out, whatever a slope says. */
function extremesOf(a: Sample, b: Sample): [least: number, most: number] {
  return [quantile(a.sorted, 0) / quantile(b.sorted, 1), quantile(a.sorted, 1) / quantile(b.sorted, 0)];
}

/** The ratio of two contenders within processes: value, interval, and the levels that widen it. */
export interface LeveledRatio {
  readonly within: Omit<Ratio, 'betweenSd'>;
  readonly levels: Levels;
}

/**
 * The ratio of a statistic of two artifacts that were run in the same rounds, before anything widens its interval.
 *
 * Its logarithm is, to first order, the mean over the rounds of the difference d_t of the two influence series, so that what
 * hits both in a round cancels; its standard error is s_d/√n_eff with n_eff = n/τ, τ the inflation of d. Each side of the
 * interval takes the slopes of the side on which the two statistics would then lie, as Donner and Zou (2012) combine the
 * sides of two intervals.
 * @param alpha of the two-sided interval
 */
export function leveledRatio(a: Contender, b: Contender, alpha: number = ALPHA): LeveledRatio {
  const { n } = a.pooled.sample;
  if (b.pooled.sample.n !== n) throw new RangeError(`${n} rounds of one, but ${b.pooled.sample.n} of the other`);
  const towardsUp = difference(a.influence.up, b.influence.down);
  const towardsDown = difference(a.influence.down, b.influence.up);
  const effectiveRounds = effectiveRuns(a.pooled, towardsUp, difference(a.onMedian.up, b.onMedian.down));
  const scale = student(effectiveRounds - 1, alpha) / Math.sqrt(effectiveRounds);
  const ratios = a.values.map((value, take) => value / (b.values[take] ?? value));
  const value = valueOf(a.pooled.sample, a.statistic) / valueOf(b.pooled.sample, b.statistic);
  const up = scale * rootMeanSquare(towardsUp);
  const down = scale * rootMeanSquare(towardsDown);
  const [least, most] = extremesOf(a.pooled.sample, b.pooled.sample);
  return {
    within: {
      value,
      lower: Math.max(value * Math.exp(-down), least),
      upper: Math.min(value * Math.exp(up), most),
      effectiveRounds,
      bounded: a.bounded && b.bounded,
    },
    levels: levelsOf(ratios, ((up + down) / 2 / normalQuantile(1 - alpha / 2)) ** 2),
  };
}

/**
 * The ratio of a statistic of artifact `a` over that of `b`, with a 95 % interval from both levels (within a process, and
 * between fresh processes: each artifact has its own luck with the layout of memory in each), corrected for having been
 * looked at again and again.
 * @param takes at least one
 * @throws RangeError where a take has no such artifact, or the two have not the same rounds
 */
export function ratioOfStatistics(takes: readonly Take[], a: number, b: number, statistic: Statistic): Ratio {
  return ratioOf(contender(takes, a, statistic), contender(takes, b, statistic));
}

/** {@link ratioOfStatistics} of artifacts that are prepared already, at any level. */
export function ratioOf(a: Contender, b: Contender, alpha: number = ALPHA): Ratio {
  const { within, levels } = leveledRatio(a, b, alpha);
  return { ...forLooks(widened(within, levels, alpha), within.effectiveRounds), betweenSd: betweenSd(levels) };
}

/** The ratio of the medians of two artifacts that were run in the same rounds of one process. */
export function ratioOfMedians(subject: Sample, control: Sample): Ratio {
  return ratioOfStatistics([{ series: [subject, control] }], 0, 1, 'p50');
}
