import type { OnnxModel } from '@espalier/onnx';
import { ScoringError } from '../errors.js';
import { batchLoss } from '../run/batch-loss.js';
import { loadBatch } from '../run/batches.js';
import { exposed } from '../run/exposed.js';
import { findLogits, logitsOf } from '../run/logits.js';
import { addLosses, type LossSums, NO_LOSS } from '../run/loss.js';
import { LoadedModel } from '../run/session.js';
import { batchesOf, type Scene } from './criterion.js';
import { distortion, hasTargets, realOutputs, targetLoss } from './output-loss.js';

/** The loss of a model, and how that of its variants is found. */
export interface ModelLoss {
  /** Of the whole model. */
  readonly whole: LossSums;
  /** Whether the loss is how far outputs are from those of the whole model, whose own is 0 then. */
  readonly isDistortion: boolean;
  /** Of the model without some of its parts. */
  readonly of: (variant: OnnxModel) => Promise<LossSums>;
}

async function crossEntropyOf(model: OnnxModel, scene: Scene): Promise<LossSums> {
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
 * The loss over all samples of a scene: the cross-entropy of a model with logits; else the squared error of its first output
 * against the array `targets` of the data; else the distortion of its outputs. Passes: mini-batches, for the whole model and
 * for every variant.
 * @throws ScoringError `logits-missing` for a model without outputs of real numbers, `dataset-unfit` for targets that do not
 *   fit, `criterion-not-applicable` when no output varies
 */
export async function modelLoss(scene: Scene): Promise<ModelLoss> {
  const { model, shapes, samples } = scene;
  if (logitsOf(model.graph, shapes) !== undefined) {
    const of = (variant: OnnxModel): Promise<LossSums> => crossEntropyOf(variant, scene);
    return { whole: await of(model), isDistortion: false, of };
  }
  const outputs = realOutputs(scene);
  const [first] = outputs;
  if (first === undefined) {
    throw new ScoringError('logits-missing', 'no output of the model holds real numbers for every sample', {
      hint: 'a criterion without a loss, such as block-influence or cka, needs no such output',
    });
  }
  if (hasTargets(scene)) {
    const of = targetLoss(scene, first);
    return { whole: await of(model), isDistortion: false, of };
  }
  const of = await distortion(scene, outputs);
  return { whole: { loss: 0, correct: null, samples: samples.length }, isDistortion: true, of };
}
