/** Criteria that need nothing but the model. */
export type CriterionName = 'l1' | 'l2' | 'bn-scale' | 'random';

/** What people are told about a criterion. */
export interface Criterion {
  readonly name: CriterionName;
  readonly description: string;
  /** The score of one filter. */
  readonly formula: string;
  readonly needs: string;
  readonly source: string;
}

const LAYER_PRUNE = 'LayerPrune, arXiv 2007.05667';

/** Every criterion that `scoreBlocks` knows. */
export const criteria: readonly Criterion[] = [
  {
    name: 'l2',
    description: 'Squared weights of the filters',
    formula: 'Σ w²',
    needs: 'weights',
    source: `${LAYER_PRUNE}: its weight norm`,
  },
  {
    name: 'l1',
    description: 'Absolute weights of the filters',
    formula: 'Σ |w|',
    needs: 'weights',
    source: `${LAYER_PRUNE}: in its code, marked as not used`,
  },
  {
    name: 'bn-scale',
    description: 'Scales of the batch normalisations',
    formula: '|γ|',
    needs: 'BatchNormalization nodes, so a model whose norms are not folded',
    source: `${LAYER_PRUNE}: its BN criterion`,
  },
  {
    name: 'random',
    description: 'A number that means nothing, as the baseline to beat',
    formula: 'uniform in [0, 1), from a seed',
    needs: 'nothing',
    source: LAYER_PRUNE,
  },
];
