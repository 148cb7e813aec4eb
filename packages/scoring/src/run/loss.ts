import { ScoringError } from '../errors.js';
import type { Values } from './session.js';

/** Sums over samples: divide by `samples` for the mean loss and the accuracy. */
export interface LossSums {
  /** Cross-entropy in nats, or squared error. */
  readonly loss: number;
  /** Samples that were classified as labelled; null for a model that does not classify. */
  readonly correct: number | null;
  readonly samples: number;
}

/** Nothing has been summed yet. */
export const NO_LOSS: LossSums = { loss: 0, correct: 0, samples: 0 };

/** The sums over two sets of samples. */
export function addLosses(a: LossSums, b: LossSums): LossSums {
  const correct = a.correct === null || b.correct === null ? null : a.correct + b.correct;
  return { loss: a.loss + b.loss, correct, samples: a.samples + b.samples };
}

/** −log softmax(row)[label] = log Σ exp(z − max) − (z[label] − max), and whether the label is the first largest logit. */
function sampleLoss(row: Float32Array | Float64Array, label: number): { loss: number; isCorrect: boolean } {
  let best = 0;
  for (let index = 1; index < row.length; index++) if ((row[index] ?? 0) > (row[best] ?? 0)) best = index;
  const max = row[best] ?? 0;
  let sum = 0;
  for (let index = 0; index < row.length; index++) sum += Math.exp((row[index] ?? 0) - max);
  return { loss: Math.log(sum) - ((row[label] ?? 0) - max), isCorrect: best === label };
}

/**
 * Cross-entropy of samples from their logits, in float64 whatever the model computes in.
 * @throws ScoringError `dataset-unfit` for a label that the model has no class for
 */
export function crossEntropy({ dims, data }: Values, labels: Int32Array): LossSums {
  const [samples = 0] = dims;
  const classes = data.length / samples;
  let loss = 0;
  let correct = 0;
  for (let sample = 0; sample < samples; sample++) {
    const label = labels[sample] ?? 0;
    if (label >= classes) {
      throw new ScoringError('dataset-unfit', `the label ${label} is beyond the ${classes} classes of the model`, {
        hint: 'classes are counted from 0, in the order of the outputs of the model',
      });
    }
    const { loss: own, isCorrect } = sampleLoss(data.subarray(sample * classes, (sample + 1) * classes), label);
    loss += own;
    if (isCorrect) correct++;
  }
  return { loss, correct, samples };
}
