/** Criteria for blocks that need nothing but the weights: those that `scoreBlocks` computes. */
export type WeightCriterion = 'l1' | 'l2' | 'l1-normalised' | 'l2-normalised' | 'bn-scale' | 'random';

/** Criteria for filters that need nothing but the weights: those that `scoreFilters` computes. */
export type FilterCriterion = 'l1' | 'l2' | 'bn-scale' | 'fpgm' | 'clr-rnf' | 'dafp' | 'cluster' | 'random';

/**
 * What a criterion takes beside the model, the most that it needs: nothing but its weights, input data, input data with
 * labels, or a job that trains and posts its scores.
 */
export type CriterionNeed = 'weights' | 'calibration data' | 'labels' | 'a training job';

/** What people are told about a criterion. */
export interface Criterion {
  readonly name: string;
  /** What it gives a score to. */
  readonly of: 'blocks' | 'filters';
  readonly description: string;
  /** The score of one filter, or of one block where it has no filters first. */
  readonly formula: string;
  readonly needs: CriterionNeed;
  readonly source: string;
}
