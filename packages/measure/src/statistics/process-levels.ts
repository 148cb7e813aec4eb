import { ALPHA, normalQuantile } from './distributions.js';
import { beliefOf, halfWidthUnder } from './random-effects.js';
import { type Bounded, stretched } from './stretch.js';

/**
 * What is believed of the standard deviation between fresh processes before any is seen, as a share of the statistic: the
 * median of a half-Cauchy distribution. Layout of memory and placement of threads move a latency by a fraction of a percent
 * on most machines, and by several percent on some; the heavy tail lets the data say so.
 */
const PRIOR_MEDIAN_SD = 0.004;

/**
 * More processes are added until those so far agree well enough, which prefers moments at which they agree by chance: of k
 * processes the standard deviation between them is taken for 1 + c/k times what it seems (by simulation, README.md).
 */
const PROCESS_LOOK_COST = 0.4;

/** How a statistic differs between processes, all on the scale of its logarithm. */
export interface Levels {
  /** Fresh processes that were seen, at least 1. */
  readonly processes: number;
  /** Sample variance (divisor n − 1) of the statistic of each; it contains `within`. */
  readonly observed: number;
  /** Variance that the noise within a process explains, of the statistic of one process. */
  readonly within: number;
}

/** Sample variance with divisor n − 1; 0 for a single value. */
function varianceOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return values.length < 2 ? 0 : squares / (values.length - 1);
}

/**
 * The levels behind one statistic.
 * @param values the statistic of each process, positive where there are several, in any unit
 * @param pooledWithin variance of the logarithm of the statistic of all processes together, by the noise within alone
 */
export function levelsOf(values: readonly number[], pooledWithin: number): Levels {
  return {
    processes: values.length,
    observed: varianceOf(values.map(Math.log)),
    within: pooledWithin * values.length,
  };
}

/** Estimate of the standard deviation between processes, by moments; 0 where the noise within explains all. */
export function betweenSd({ observed, within }: Levels): number {
  return Math.sqrt(Math.max(0, observed - within));
}

/**
 * Half-width of the two-sided interval of the logarithm of a statistic over `processes` fresh processes, from both levels:
 * the error of their mean is normal with variance (τ² + w)/k, and τ is what the processes that were seen make likely
 * ({@link beliefOf}). A single process says nothing of τ, and its interval holds for that process.
 * @param processes pooled: those that were seen, or more when it is asked what more would give
 */
export function halfWidthOf(levels: Levels, alpha: number = ALPHA, processes: number = levels.processes): number {
  const { within, observed } = levels;
  if (levels.processes < 2) return normalQuantile(1 - alpha / 2) * Math.sqrt(within / processes);
  const belief = beliefOf({ degrees: levels.processes - 1, observed, within }, PRIOR_MEDIAN_SD);
  const stretch = 1 + PROCESS_LOOK_COST / processes;
  return halfWidthUnder(belief, (sd) => ((sd * stretch) ** 2 + within) / processes, alpha);
}

/**
 * An interval that knows only the noise within processes, widened for what differs between them: its sides are stretched,
 * on the scale of the logarithm, by the ratio of {@link halfWidthOf} to what the noise within alone would give.
 */
export function widened<Bounds extends Bounded>(bounds: Bounds, levels: Levels, alpha: number = ALPHA): Bounds {
  if (levels.processes < 2) return bounds;
  const halfWidth = halfWidthOf(levels, alpha);
  const alone = normalQuantile(1 - alpha / 2) * Math.sqrt(levels.within / levels.processes);
  if (alone > 0) return stretched(bounds, halfWidth / alone);
  const { value } = bounds;
  return { ...bounds, lower: value * Math.exp(-halfWidth), upper: value * Math.exp(halfWidth) };
}
