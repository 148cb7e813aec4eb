import { cholesky, logDeterminant, solveCholesky, type Cholesky } from './cholesky.js';
import type { Observation } from './observations.js';
import { at, dot } from './vector.js';

/** What is believed about each block's saving before and apart from measurements of several blocks: independent. */
export interface IndependentSavings {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/** Savings and their covariance (dense, row by row), as shares and squared shares of the base's latency. */
export interface JointSavings {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

/** Observations of sets with the variance that each has around Σ s_i. */
export interface SetObservation {
  /** Positions of the removed blocks in the vectors, not their indices. */
  readonly positions: readonly number[];
  readonly share: number;
  readonly variance: number;
}

interface Innovations {
  /** D·Xᵀ, one row a set: covariance of every block's saving with the set's. */
  readonly gains: readonly Float64Array[];
  readonly surprise: Float64Array;
  readonly factor: Cholesky;
}

/**
 * Takes in the measurements of single blocks: a normal prior times a normal observation a block, in closed form.
 */
export function observeSingles(prior: IndependentSavings, singles: readonly SetObservation[]): IndependentSavings {
  const mean = Float64Array.from(prior.mean);
  const variance = Float64Array.from(prior.variance);
  for (const { positions, share, variance: noise } of singles) {
    for (const position of positions) {
      const weight = at(variance, position) / (at(variance, position) + noise);
      mean[position] = at(mean, position) + weight * (share - at(mean, position));
      variance[position] = (1 - weight) * at(variance, position);
    }
  }
  return { mean, variance };
}

/**
 * Takes in the measurements of sets: the Bayesian linear regression (Rasmussen & Williams, Gaussian Processes for
 * Machine Learning, §2.1) in the form that inverts a matrix of the size of the observations, not of the blocks:
 * with C = X·D·Xᵀ + V, s = s₀ + D·Xᵀ·C⁻¹·(y − X·s₀) and Σ = D − D·Xᵀ·C⁻¹·X·D.
 */
export function observeSets(savings: IndependentSavings, sets: readonly SetObservation[]): JointSavings {
  const size = savings.mean.length;
  const mean = Float64Array.from(savings.mean);
  const covariance = new Float64Array(size * size);
  savings.variance.forEach((variance, position) => {
    covariance[position * size + position] = variance;
  });
  if (sets.length === 0) return { mean, covariance };
  const { gains, surprise, factor } = innovations(savings, sets);
  const weights = solveCholesky(factor, surprise);
  for (let row = 0; row < size; row += 1) {
    const gain = Float64Array.from(gains, (values) => at(values, row));
    if (gain.every((value) => value === 0)) continue;
    mean[row] = at(mean, row) + dot(gain, weights);
    const shrink = solveCholesky(factor, gain);
    gains.forEach((values, set) => {
      const factorOfSet = at(shrink, set);
      for (let column = 0; column < size; column += 1) {
        const index = row * size + column;
        covariance[index] = at(covariance, index) - factorOfSet * at(values, column);
      }
    });
  }
  return { mean, covariance };
}

/** Log density of the sets' measurements given what is believed of the single blocks, up to a constant. */
export function logEvidence(savings: IndependentSavings, sets: readonly SetObservation[]): number {
  if (sets.length === 0) return 0;
  const { surprise, factor } = innovations(savings, sets);
  return -0.5 * (logDeterminant(factor) + dot(surprise, solveCholesky(factor, surprise)));
}

/** Splits observations by whether they are of one block or of several. */
export function isSingle({ removed }: Pick<Observation, 'removed'>): boolean {
  return removed.length === 1;
}

function innovations({ mean, variance }: IndependentSavings, sets: readonly SetObservation[]): Innovations {
  const gains = sets.map(({ positions }) => {
    const gain = new Float64Array(mean.length);
    for (const position of positions) gain[position] = at(variance, position);
    return gain;
  });
  const matrix = new Float64Array(sets.length ** 2);
  sets.forEach(({ positions, variance: noise }, row) => {
    gains.forEach((gain, column) => {
      const shared = positions.reduce((sum, position) => sum + at(gain, position), 0);
      matrix[row * sets.length + column] = shared + (row === column ? noise : 0);
    });
  });
  const surprise = Float64Array.from(sets, ({ positions, share }) =>
    positions.reduce((rest, position) => rest - at(mean, position), share),
  );
  return { gains, surprise, factor: cholesky(matrix, sets.length) };
}
