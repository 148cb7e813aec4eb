import { loadBatch } from '../run/batches.js';
import { chunkFor, exposed, fetchable } from '../run/exposed.js';
import { LoadedModel, type Values } from '../run/session.js';
import { batchesOf, type Scene } from './criterion.js';

/** What one run of the model gave. */
export interface Look {
  readonly values: ReadonlyMap<string, Values>;
  /** Classes of the samples; empty without labels. */
  readonly labels: Int32Array;
  /** The place of the first sample among those of the scene. */
  readonly first: number;
}

/**
 * Runs the model on all samples of a scene and shows tensors of it, some samples at a time. Tensors that cannot be had are
 * missing from what is shown.
 */
export async function overTensors(
  scene: Scene,
  names: readonly string[],
  show: (look: Look) => void | Promise<void>,
): Promise<void> {
  const { model, shapes, runtime, dataset, feeding, passes } = scene;
  const wanted = fetchable(model.graph, names);
  const loaded = await LoadedModel.load(exposed(model, wanted), runtime);
  const chunk = chunkFor(shapes, wanted);
  try {
    let first = 0;
    for (const samples of batchesOf(scene)) {
      const batch = await loadBatch(dataset, feeding, samples, { chunk });
      let place = 0;
      for (const each of batch.chunks) {
        const labels = batch.labels.subarray(place, place + each.count);
        await show({ values: await loaded.run(each, wanted), labels, first: first + place });
        place += each.count;
      }
      first += batch.size;
      passes.add();
    }
  } finally {
    await loaded.release();
  }
}
