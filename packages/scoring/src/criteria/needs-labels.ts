import type { ScoringSpec } from '@espalier/contracts';

/** They look at activations only. */
const BY_ACTIVATIONS: ReadonlySet<ScoringSpec['criterion']> = new Set(['cka', 'block-influence', 'activation']);

/** They take the loss that `modelLoss` finds: without logits it is one of outputs. */
const BY_ANY_LOSS: ReadonlySet<ScoringSpec['criterion']> = new Set(['ablation', 'sensitivity']);

/** Whether a criterion needs the classes of the samples, for a model with logits or without. */
export function needsLabels(criterion: ScoringSpec['criterion'], hasLogits: boolean): boolean {
  return !BY_ACTIVATIONS.has(criterion) && (hasLogits || !BY_ANY_LOSS.has(criterion));
}
