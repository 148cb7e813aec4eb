import type { Tensor } from 'onnxruntime-node';
import type { DatasetReader } from '../dataset/array.js';
import { tensorOfRows } from './convert.js';
import type { FeedingPlan } from './inputs.js';

/** What one run of a model takes. */
export interface Chunk {
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** How many of the samples count: the others fill up the batch that a model is fixed to. */
  readonly count: number;
}

/** A mini-batch in memory, in as many chunks as runs are needed for it. */
export interface Batch {
  readonly size: number;
  readonly labels: Int32Array;
  readonly chunks: readonly Chunk[];
}

/** Samples that are run at once at most: more make a run no faster per sample, and take memory. */
const CHUNK = 32;

/** Consecutive parts of `length` items; the last may be shorter. */
export function partsOf<Item>(items: readonly Item[], length: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / length) }, (_, part) =>
    items.slice(part * length, (part + 1) * length),
  );
}

/** Fills up to a length with the last item. */
function padded(items: readonly number[], length: number): readonly number[] {
  const last = items.at(-1) ?? 0;
  return [...items, ...Array.from({ length: Math.max(0, length - items.length) }, () => last)];
}

/**
 * Reads a mini-batch. A model with a fixed batch runs on exactly that many samples, whatever the size of the mini-batch.
 * @param chunk at most so many samples a run, where the model leaves that open
 * @throws ScoringError `dataset-invalid`
 */
export async function loadBatch(
  dataset: DatasetReader,
  { inputs, fixedBatch }: FeedingPlan,
  samples: readonly number[],
  { chunk = CHUNK, labels = dataset.hasLabels }: { chunk?: number; labels?: boolean } = {},
): Promise<Batch> {
  const chunks: Chunk[] = [];
  for (const part of partsOf(samples, fixedBatch ?? Math.min(chunk, CHUNK))) {
    const run = padded(part, fixedBatch ?? part.length);
    const feeds: Record<string, Tensor> = {};
    for (const { input, array, elementType } of inputs) {
      feeds[input] = tensorOfRows(await dataset.rows(array, run), elementType);
    }
    chunks.push({ feeds, count: part.length });
  }
  return { size: samples.length, labels: labels ? await dataset.labels(samples) : new Int32Array(0), chunks };
}
