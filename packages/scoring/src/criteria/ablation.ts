import type { BlockScore } from '@espalier/contracts';
import type { OnnxModel } from '@espalier/onnx';
import { removeBlocks } from '@espalier/pruning';
import { batchLoss } from '../run/batch-loss.js';
import { loadBatch } from '../run/batches.js';
import { exposed } from '../run/exposed.js';
import { findLogits } from '../run/logits.js';
import { addLosses, type LossSums, NO_LOSS } from '../run/loss.js';
import { LoadedModel } from '../run/session.js';
import { batchesOf, type Found, type Scene, scored } from './criterion.js';

/** The loss of a model over all samples of a scene. */
export async function lossOfModel(model: OnnxModel, scene: Scene): Promise<LossSums> {
  const { tensor } = findLogits(model.graph, scene.shapes);
  const loaded = await LoadedModel.load(exposed(model, [tensor]), scene.runtime);
  try {
    let sums = NO_LOSS;
    for (const samples of batchesOf(scene)) {
      const batch = await loadBatch(scene.dataset, scene.feeding, samples);
      sums = addLosses(sums, await batchLoss(loaded, batch, tensor));
      scene.passes.add();
    }
    return sums;
  } finally {
    await loaded.release();
  }
}

/**
 * Ablation: the rise of the mean cross-entropy when the block is removed, exactly as a recipe would remove it. Negative
 * where the model is better without. Passes: (1 + removable blocks) × mini-batches.
 */
export async function ablation(scene: Scene): Promise<Found> {
  const { model, shapes, blocks, spec, passes } = scene;
  const removable = blocks.filter((block) => block.removable);
  passes.plan((1 + removable.length) * batchesOf(scene).length);
  const whole = await lossOfModel(model, scene);
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
    const { loss, samples } = await lossOfModel(without, scene);
    scores.push(scored(index, loss / samples - whole.loss / whole.samples));
  }
  return { scores, loss: whole };
}
