import { MeasureError } from '@espalier/measure';
import type { Tensor } from 'onnxruntime-node';
import type { Batch } from './batches.js';
import { addLosses, crossEntropy, type LossSums, NO_LOSS } from './loss.js';
import type { LoadedModel } from './session.js';

/**
 * The loss of one pass of a mini-batch through a model that exposes its logits.
 * @param factors values of further inputs of the model
 * @throws ScoringError `dataset-unfit`, MeasureError `model-invalid`, `probe-out-of-memory`
 */
export async function batchLoss(
  model: LoadedModel,
  { chunks, labels }: Batch,
  logits: string,
  factors: Readonly<Record<string, Tensor>> = {},
): Promise<LossSums> {
  let sums = NO_LOSS;
  for (const chunk of chunks) {
    const values = (await model.run(chunk, [logits], factors)).get(logits);
    if (values === undefined) throw new MeasureError('model-invalid', `a run of the model gave no logits ${logits}`);
    sums = addLosses(sums, crossEntropy(values, labels.subarray(sums.samples, sums.samples + chunk.count)));
  }
  return sums;
}
