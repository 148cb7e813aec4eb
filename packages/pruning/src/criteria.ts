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

const LAYER_PRUNE = 'LayerPrune, arXiv 2007.05667';

/** The criteria that `scoreBlocks` knows, the default first. */
export const weightCriteria: readonly (Criterion & { readonly name: WeightCriterion })[] = [
  {
    name: 'l2',
    of: 'blocks',
    description: 'Squared weights of the filters',
    formula: 'Σ w²',
    needs: 'weights',
    source: `${LAYER_PRUNE}: its weight norm`,
  },
  {
    name: 'l1',
    of: 'blocks',
    description: 'Absolute weights of the filters',
    formula: 'Σ |w|',
    needs: 'weights',
    source: `${LAYER_PRUNE}: in its code, marked as not used`,
  },
  {
    name: 'l2-normalised',
    of: 'blocks',
    description: 'Squared weights of the filters, divided by the number of weights that a filter has',
    formula: 'Σ w² / fan-in',
    needs: 'weights',
    source: 'ours: sums grow with the fan-in, means do not',
  },
  {
    name: 'l1-normalised',
    of: 'blocks',
    description: 'Absolute weights of the filters, divided by the number of weights that a filter has',
    formula: 'Σ |w| / fan-in',
    needs: 'weights',
    source: 'ours: sums grow with the fan-in, means do not',
  },
  {
    name: 'bn-scale',
    of: 'blocks',
    description: 'Scales of the batch normalisations; needs a model whose norms are not folded',
    formula: '|γ|',
    needs: 'weights',
    source: `${LAYER_PRUNE}: its BN criterion`,
  },
  {
    name: 'random',
    of: 'blocks',
    description: 'A number that means nothing, as the baseline to beat',
    formula: 'uniform in [0, 1), from a seed',
    needs: 'weights',
    source: LAYER_PRUNE,
  },
];

/** The criteria that `scoreFilters` knows, the default first. */
export const filterCriteria: readonly (Criterion & { readonly name: FilterCriterion })[] = [
  {
    name: 'l2',
    of: 'filters',
    description: 'Squared weights of the filter, over every layer that makes its channel',
    formula: 'Σ w²',
    needs: 'weights',
    source: 'Li et al., arXiv 1608.08710 (with Σ |w|); the square as in LayerPrune, arXiv 2007.05667',
  },
  {
    name: 'l1',
    of: 'filters',
    description: 'Absolute weights of the filter, over every layer that makes its channel',
    formula: 'Σ |w|',
    needs: 'weights',
    source: 'Li et al., arXiv 1608.08710',
  },
  {
    name: 'bn-scale',
    of: 'filters',
    description: 'Scales of the batch normalisations behind the filter; needs norms that are not folded',
    formula: 'mean |γ|',
    needs: 'weights',
    source: 'Network slimming, arXiv 1708.06519',
  },
  {
    name: 'fpgm',
    of: 'filters',
    description:
      'Distance to all other filters of the layer: those near the geometric median can be replaced by others',
    formula: 'Σ_j ‖w − w_j‖₂',
    needs: 'weights',
    source: 'FPGM, arXiv 1811.00250',
  },
  {
    name: 'clr-rnf',
    of: 'filters',
    description:
      'Filters that are among the k nearest of every filter stay; layer rates by a ranking with costs (lambda)',
    formula:
      'filters − worst rank among the neighbours of any filter; layer rate: share of |w| / c^λ below a threshold',
    needs: 'weights',
    source: 'CLR-RNF, arXiv 2202.07190',
  },
  {
    name: 'dafp',
    of: 'filters',
    description:
      'Scale of the norm times how much the next layers depend on the channel; needs norms that are not folded',
    formula: 'mean |γ| × ‖weights that read the channel‖₂',
    needs: 'weights',
    source: 'our reading of arXiv 2005.02634',
  },
  {
    name: 'cluster',
    of: 'filters',
    description: 'How far a filter is from the one that can stand for it in a clustering of the layer by direction',
    formula: 'height at which average linkage joins it to a stronger filter',
    needs: 'weights',
    source: 'our reading of arXiv 2206.08186',
  },
  {
    name: 'random',
    of: 'filters',
    description: 'A number that means nothing, as the baseline to beat',
    formula: 'uniform in [0, 1), from a seed',
    needs: 'weights',
    source: 'baseline',
  },
];

/** Whether `scoreFilters` knows a criterion of this name. */
export function isFilterCriterion(name: string): name is FilterCriterion {
  return filterCriteria.some((criterion) => criterion.name === name);
}

/** Whether `scoreBlocks` knows a criterion of this name. */
export function isWeightCriterion(name: string): name is WeightCriterion {
  return weightCriteria.some((criterion) => criterion.name === name);
}
