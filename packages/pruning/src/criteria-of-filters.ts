import type { Criterion, FilterCriterion } from './criterion.js';

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

/** The largest rate of every filter group, which `largestRates` finds with a loss that runs: no scores, so on its own. */
export const sensitivity: Criterion = {
  name: 'sensitivity',
  of: 'filters',
  description:
    'The largest rate of every layer at which the loss stays under a threshold; filters in order of another criterion',
  formula: 'largest rate with (L(rate) − L) / L ≤ threshold',
  needs: 'labels',
  source: 'arXiv 2010.06821; per-layer curves as in arXiv 2206.14658',
};
