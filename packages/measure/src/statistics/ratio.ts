import { optimalBlockLength } from './autocorrelation.js';
import { resampledRatios } from './block-bootstrap.js';
import { normalCdf, student975 } from './distributions.js';
import { quantile } from './quantile.js';
import type { Random } from './random.js';
import { type Sample, valueAt } from './sample.js';

/** Subject over control with its 95 % interval. */
export interface Ratio {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
  /** How many blocks the rounds were worth: below about 8 the interval itself is uncertain. */
  readonly blocks: number;
}

/** Resamples: the ends of a 95 % interval then rest on about 25 of them each. */
const RESAMPLES = 1000;

/**
 * Blocks twice as long as is best for the variance alone: in simulations with autocorrelated series that raised the
 * coverage of the interval from 87 to 90 % at 100 rounds and from 93 to 95 % at 1,000, for 10 % more width.
 */
const BLOCK_STRETCH = 2;

/** At least this many blocks, or resampling has nothing to draw from. */
const MIN_BLOCKS = 4;

/** Whether each artifact was below its median in a round, as a difference: what moves the ratio of the medians. */
function disagreement(subject: Sample, control: Sample): Float64Array {
  const ofSubject = quantile(subject.sorted, 0.5);
  const ofControl = quantile(control.sorted, 0.5);
  return subject.values.map(
    (value, round) => Number(value <= ofSubject) - Number(valueAt(control.values, round) <= ofControl),
  );
}

/**
 * The ratio of the medians of two artifacts that were run in the same rounds, with a paired block bootstrap interval.
 *
 * Whole rounds are drawn, so a drift that hits both cancels; blocks of consecutive rounds are drawn (Künsch 1989; circular:
 * Politis and Romano 1992), so autocorrelation stays in. Block length: twice the optimum of {@link optimalBlockLength} for
 * the series of disagreements 1{x_t ≤ m_x} − 1{y_t ≤ m_y}, at least n^⅓, at most n/4. With k = n/length blocks the
 * percentile interval is too narrow, as is a normal interval beside Student's: its tails are taken at
 * 1 − Φ(t₀.₉₇₅(k − 1)·√(k/(k − 1))) instead of 2.5 %.
 * @param subject in ms, one value a round
 * @param control in ms, of the same rounds
 */
export function ratioOfMedians(subject: Sample, control: Sample, random: Random): Ratio {
  const n = subject.n;
  if (control.n !== n) throw new RangeError(`${n} rounds of the subject, but ${control.n} of the control`);
  const wished = Math.max(Math.cbrt(n), BLOCK_STRETCH * optimalBlockLength(disagreement(subject, control)));
  const blockLength = Math.max(1, Math.ceil(Math.min(n / MIN_BLOCKS, wished)));
  const blocks = n / blockLength;
  const ratios = resampledRatios(subject, control, { blockLength, resamples: RESAMPLES, random });
  const tail = 1 - normalCdf(student975(blocks - 1) * Math.sqrt(blocks / Math.max(1, blocks - 1)));
  const value = quantile(subject.sorted, 0.5) / quantile(control.sorted, 0.5);
  return {
    value,
    lower: Math.min(value, quantile(ratios, tail)),
    upper: Math.max(value, quantile(ratios, 1 - tail)),
    blocks,
  };
}
