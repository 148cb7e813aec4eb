import type { Criterion, WeightCriterion } from './criterion.js';

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

/** Whether `scoreBlocks` knows a criterion of this name. */
export function isWeightCriterion(name: string): name is WeightCriterion {
  return weightCriteria.some((criterion) => criterion.name === name);
}

/** The criteria for blocks that need more than the weights: `score` of packages/scoring computes them, or a job posts them. */
export const dataCriteria: readonly Criterion[] = [
  {
    name: 'gate-taylor',
    of: 'blocks',
    description: 'What a gate on every channel behind its norm does to the loss, by random probes and differences',
    formula: '(g · ∂L/∂g)² at g = 1, mean over mini-batches',
    needs: 'labels',
    source: `${LAYER_PRUNE}: its gate Taylor; the probes are ours`,
  },
  {
    name: 'weight-taylor',
    of: 'blocks',
    description: 'What scaling each weight does to the loss, by random probes and differences',
    formula: 'Σ (w · ∂L/∂w)², mean over mini-batches',
    needs: 'labels',
    source: `${LAYER_PRUNE}: its weight Taylor; the probes are ours`,
  },
  {
    name: 'feature-taylor',
    of: 'blocks',
    description:
      'Feature maps times their gradients; posted only, since it takes the gradient of every single activation',
    formula: "mean |a · ∂L/∂a| / ‖the layer's scores‖₂",
    needs: 'a training job',
    source: `${LAYER_PRUNE}: its feature-map Taylor`,
  },
  {
    name: 'imprinting',
    of: 'blocks',
    description: 'How much a nearest-prototype classifier gains from the block',
    formula: 'acc_i − acc_{i−1}, of the largest inner product of a pooled embedding with class prototypes',
    needs: 'labels',
    source: `${LAYER_PRUNE}: its imprinting, with a split of our own`,
  },
  {
    name: 'ensemble',
    of: 'blocks',
    description: 'Ranks by l2, bn-scale, gate-taylor, weight-taylor and feature-taylor, added up',
    formula: 'Σ ascending rank, 0 = least, ties share the mean',
    needs: 'a training job',
    source: `${LAYER_PRUNE}: its ensemble`,
  },
  {
    name: 'ablation',
    of: 'blocks',
    description: 'How much the loss rises without the block',
    formula: 'L(without the block) − L',
    needs: 'labels',
    source: 'leave-one-out',
  },
  {
    name: 'cka',
    of: 'blocks',
    description: 'How unlike the penultimate features are with and without the block',
    formula: '1 − linear CKA',
    needs: 'calibration data',
    source: 'Kornblith et al., arXiv 1905.00414',
  },
  {
    name: 'block-influence',
    of: 'blocks',
    description: 'How far the block turns what passes it',
    formula: '1 − mean cosine of input and output, each sample flattened',
    needs: 'calibration data',
    source: 'ShortGPT, arXiv 2403.03853',
  },
  {
    name: 'activation',
    of: 'blocks',
    description: 'Mean size of what the block puts out',
    formula: 'mean |a| over samples and elements of its output',
    needs: 'calibration data',
    source: 'Molchanov et al., arXiv 1611.06440: its mean activation',
  },
];
