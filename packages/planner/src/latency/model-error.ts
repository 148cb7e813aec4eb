/** A candidate value of the model error with its weight; the weights of a grid sum to 1. */
interface WeightedError {
  readonly relative: number;
  readonly weight: number;
}

/**
 * Before any set was measured, each removed block is believed to save, in company, its own saving ± this share of it
 * (the median of a log-normal prior whose logarithm has the standard deviation below: 95 % between 0.013 and 0.2).
 */
const PRIOR_MEDIAN = 0.05;
const PRIOR_LOG_SD = 0.7;

/** The grid: from far below what a device could show to blocks whose savings do not add up at all. */
const GRID_SMALLEST = 0.005;
const GRID_LARGEST = 1.5;
const GRID_POINTS = 48;

/**
 * How far savings of several blocks stray from additivity, as a share κ of each block's saving: the root of the
 * posterior mean of κ² on a logarithmic grid, prior × evidence (empirical Bayes, but not a point estimate: what is not
 * known about κ stays in the interval). Without sets it is the prior's, 0.08; it shrinks and grows as sets arrive.
 * @param logEvidence log density of the sets' measurements for one κ
 */
export function relativeModelError(logEvidence: (relative: number) => number): number {
  const errors = posterior(logEvidence);
  return Math.sqrt(errors.reduce((sum, { relative, weight }) => sum + weight * relative ** 2, 0));
}

function posterior(logEvidence: (relative: number) => number): readonly WeightedError[] {
  const step = Math.log(GRID_LARGEST / GRID_SMALLEST) / (GRID_POINTS - 1);
  const grid = Array.from({ length: GRID_POINTS }, (_, point) => GRID_SMALLEST * Math.exp(step * point));
  const logWeights = grid.map((relative) => logPrior(relative) + logEvidence(relative));
  const largest = Math.max(...logWeights);
  const weights = logWeights.map((logWeight) => Math.exp(logWeight - largest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return grid.map((relative, point) => ({ relative, weight: (weights[point] ?? 0) / total }));
}

function logPrior(relative: number): number {
  return -0.5 * (Math.log(relative / PRIOR_MEDIAN) / PRIOR_LOG_SD) ** 2;
}
