import type { BlockScore } from '@espalier/contracts';
import { removeBlocks } from '@espalier/pruning';
import { batchesOf, type Found, type Scene, scored } from './criterion.js';
import { modelLoss } from './model-loss.js';

/**
 * Ablation: the rise of the mean loss when the block is removed, exactly as a recipe would remove it. Negative where the
 * model is better without. Passes: (1 + removable blocks) × mini-batches.
 * @throws as `modelLoss`
 */
export async function ablation(scene: Scene): Promise<Found> {
  const { model, shapes, blocks, spec, passes } = scene;
  const removable = blocks.filter((block) => block.removable);
  passes.plan((1 + removable.length) * batchesOf(scene).length);
  const { whole, of } = await modelLoss(scene);
  const scores: BlockScore[] = [];
  for (const { index, removable: canGo, reason } of blocks) {
    if (!canGo) {
      scores.push(scored(index, `cannot be removed: ${reason}`));
      continue;
    }
    const { model: without } = removeBlocks(model, shapes, {
      granularity: spec.granularity,
      remove: [index],
      seed: spec.seed,
    });
    const { loss, samples } = await of(without);
    scores.push(scored(index, loss / samples - whole.loss / whole.samples));
  }
  return { scores, loss: whole };
}
