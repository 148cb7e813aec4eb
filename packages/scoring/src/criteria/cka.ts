import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlockScore } from '@espalier/contracts';
import { MeasureError } from '@espalier/measure';
import type { OnnxModel } from '@espalier/onnx';
import { removeBlocks } from '@espalier/pruning';
import { ScoringError } from '../errors.js';
import { loadBatch } from '../run/batches.js';
import { exposed } from '../run/exposed.js';
import { featuresOf, penultimateTensor } from '../run/penultimate.js';
import { LoadedModel } from '../run/session.js';
import { batchesOf, type Found, type Scene, scored } from './criterion.js';
import { kernelOf, LEAST_SAMPLES, unbiasedHsic } from './hsic.js';

/** Mini-batches that are large enough for the estimator. */
function usableBatches(scene: Scene): readonly (readonly number[])[] {
  const batches = batchesOf(scene).filter(({ length }) => length >= LEAST_SAMPLES);
  if (batches.length > 0) return batches;
  throw new ScoringError('criterion-not-applicable', `cka needs mini-batches of at least ${LEAST_SAMPLES} samples`, {
    hint: 'give more samples, or a larger batch',
  });
}

/** Shows the kernel of the penultimate features of every mini-batch, by number. */
async function overKernels(
  model: OnnxModel,
  scene: Scene,
  show: (kernel: Float64Array, size: number, number: number) => Promise<void>,
): Promise<void> {
  const tensor = penultimateTensor(model.graph);
  if (tensor === undefined) {
    throw new ScoringError('criterion-not-applicable', 'no weighted node of the model leads to its first output');
  }
  const loaded = await LoadedModel.load(exposed(model, [tensor]), scene.runtime);
  try {
    for (const [number, samples] of usableBatches(scene).entries()) {
      const batch = await loadBatch(scene.dataset, scene.feeding, samples, { labels: false });
      const features: Float64Array[] = [];
      for (const chunk of batch.chunks) {
        const values = (await loaded.run(chunk, [tensor])).get(tensor);
        if (values === undefined) throw new MeasureError('model-invalid', `a run of the model gave no reals ${tensor}`);
        features.push(...featuresOf(values));
      }
      await show(kernelOf(features), batch.size, number);
      scene.passes.add();
    }
  } finally {
    await loaded.release();
  }
}

/**
 * CKA: 1 − linear CKA between the features that the classifier reads with the block and without it (Kornblith et al., arXiv
 * 1905.00414), in mini-batches: CKA = Σ HSIC(K, L) / √(Σ HSIC(K, K) · Σ HSIC(L, L)) with sums over mini-batches of the
 * unbiased estimator (Nguyen et al., arXiv 2010.15327), so that memory does not grow with the samples. It can be a little
 * below 0. Passes: (1 + removable blocks) × mini-batches.
 */
export async function cka(scene: Scene): Promise<Found> {
  const { model, shapes, blocks, spec, passes, runtime } = scene;
  const removable = blocks.filter((block) => block.removable);
  passes.plan((1 + removable.length) * usableBatches(scene).length);
  // Kernels of the whole model are kept in files: there is one for every mini-batch, of any number.
  const kernelPath = (number: number): string => join(runtime.workDir, `kernel-${number}.bin`);
  let own = 0;
  await overKernels(model, scene, async (kernel, size, number) => {
    own += unbiasedHsic(kernel, kernel, size);
    await writeFile(kernelPath(number), kernel);
  });
  const scores: BlockScore[] = [];
  for (const { index, removable: canGo, reason } of blocks) {
    if (!canGo) {
      scores.push(scored(index, `cannot be removed: ${reason}`));
      continue;
    }
    const without = removeBlocks(model, shapes, { granularity: spec.granularity, remove: [index], seed: spec.seed });
    let [cross, other] = [0, 0];
    await overKernels(without.model, scene, async (kernel, size, number) => {
      const { buffer } = Uint8Array.from(await readFile(kernelPath(number)));
      cross += unbiasedHsic(new Float64Array(buffer), kernel, size);
      other += unbiasedHsic(kernel, kernel, size);
    });
    const similarity = cross / Math.sqrt(own * other);
    scores.push(scored(index, Number.isFinite(similarity) ? 1 - similarity : 'its features do not differ by sample'));
  }
  return { scores };
}
