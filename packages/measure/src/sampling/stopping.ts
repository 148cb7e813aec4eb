import type { MeasurementSpec, Statistic } from '@espalier/contracts';
import { type Estimate, meanEstimate, quantileEstimate, relativeHalfWidth } from '../statistics/interval.js';
import { seededRandom } from '../statistics/random.js';
import { ratioOfMedians } from '../statistics/ratio.js';
import type { Sample } from '../statistics/sample.js';

/** The part of a spec that says when to stop. */
export type StoppingRule = Pick<
  MeasurementSpec,
  'statistic' | 'precision' | 'minRuns' | 'maxRuns' | 'maxSeconds' | 'seed'
>;

/** A narrow interval from fewer independent values than this may be narrow by chance. */
const MIN_EFFECTIVE_RUNS = 20;

/** The same for the blocks behind the interval of a ratio. */
const MIN_RATIO_BLOCKS = 7.5;

/**
 * Each check comes after 25 % more rounds than the last. Every look is a chance to stop because the interval happens to be
 * narrow, which costs coverage; a dozen looks at growing distances cost far less of it than a look after each round.
 */
const CHECK_GROWTH = 1.25;

const quantileOf: Readonly<Record<Exclude<Statistic, 'mean'>, number>> = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 };

/** The statistic that a spec asks for, with its interval, in ms. */
export function statisticEstimate(sample: Sample, statistic: Statistic): Estimate {
  return statistic === 'mean' ? meanEstimate(sample) : quantileEstimate(sample, quantileOf[statistic]);
}

/** Whether the rounds so far are enough. */
export interface Verdict {
  readonly converged: boolean;
  /** The wider of the intervals that must be narrow, as a share of its estimate. */
  readonly relativeHalfWidth: number;
}

/**
 * The rounds are enough when the relative half-width of the 95 % interval is at most the precision, for the statistic of
 * the subject and for the ratio of the medians when there is a control, and when both rest on enough independent data.
 */
export function judge(rule: StoppingRule, subject: Sample, control?: Sample): Verdict {
  const estimate = statisticEstimate(subject, rule.statistic);
  const ofSubject = relativeHalfWidth(estimate);
  const enoughRuns = estimate.effectiveRuns >= Math.min(MIN_EFFECTIVE_RUNS, rule.minRuns);
  const subjectConverged = enoughRuns && ofSubject <= rule.precision;
  if (control === undefined) return { converged: subjectConverged, relativeHalfWidth: ofSubject };
  const ratio = ratioOfMedians(subject, control, seededRandom(rule.seed));
  const ofRatio = (ratio.upper - ratio.lower) / 2 / ratio.value;
  const enoughBlocks = ratio.blocks >= Math.min(MIN_RATIO_BLOCKS, rule.minRuns / 4);
  return {
    converged: subjectConverged && enoughBlocks && ofRatio <= rule.precision,
    relativeHalfWidth: Math.max(ofSubject, ofRatio),
  };
}

/** After how many rounds to look first. */
export function firstCheck({ minRuns, maxRuns }: StoppingRule): number {
  return Math.min(minRuns, maxRuns);
}

/** After how many rounds to look again, when a look after `rounds` was not enough. */
export function nextCheck(rounds: number): number {
  return Math.ceil(rounds * CHECK_GROWTH);
}
