import { batchesOf, type Found, type Scene, scored } from './criterion.js';
import { embeddingShape, embeddings } from './embedding.js';
import { overTensors } from './over-tensors.js';
import { Prototypes } from './prototypes.js';

/** Samples whose embeddings make the prototypes: so many of the first, at least one and all but one. */
export function prototypeCount(samples: number, share: number): number {
  return Math.min(samples - 1, Math.max(1, Math.round(samples * share)));
}

/**
 * Imprinting (LayerPrune, arXiv 2007.05667, and its one-shot predecessor): E_i is the pooled output of block i, a class's
 * prototype the L2-normalised mean of E_i over its samples, the prediction the class of the largest inner product, and the
 * importance acc_i − acc_{i−1} with acc_0 = 0, in the order of the blocks. Prototypes come from the first samples that the
 * seed drew, accuracy from the others. Passes: one a mini-batch for the prototypes and one for the accuracies.
 */
export async function imprinting(scene: Scene): Promise<Found> {
  const { blocks, spec, passes, samples, shapes } = scene;
  const split = prototypeCount(samples.length, spec.prototypeShare);
  const forPrototypes: Scene = { ...scene, samples: samples.slice(0, split) };
  const forAccuracy: Scene = { ...scene, samples: samples.slice(split) };
  passes.plan(batchesOf(forPrototypes).length + batchesOf(forAccuracy).length);
  const seen = blocks.flatMap(({ index, output }) => {
    const shape = embeddingShape(shapes.get(output.name)?.dims ?? [], spec.embedding);
    return shape ? [{ index, name: output.name, shape, prototypes: new Prototypes(), correct: 0, samples: 0 }] : [];
  });
  const names = seen.map(({ name }) => name);
  await overTensors(forPrototypes, names, ({ values, labels }) => {
    for (const { name, shape, prototypes } of seen) {
      const found = values.get(name);
      if (found)
        for (const [place, each] of embeddings(found, shape).entries()) prototypes.add(labels[place] ?? 0, each);
    }
  });
  for (const { prototypes } of seen) prototypes.finish();
  await overTensors(forAccuracy, names, ({ values, labels }) => {
    for (const each of seen) {
      const found = values.get(each.name);
      if (found === undefined) continue;
      for (const [place, embedding] of embeddings(found, each.shape).entries()) {
        each.samples++;
        if (each.prototypes.nearest(embedding) === labels[place]) each.correct++;
      }
    }
  });
  const accuracies = new Map(seen.flatMap(({ index, correct, samples: n }) => (n > 0 ? [[index, correct / n]] : [])));
  let before = 0;
  const scores = blocks.map(({ index }) => {
    const accuracy = accuracies.get(index);
    if (accuracy === undefined) return scored(index, 'its output cannot be pooled into an embedding');
    const importance = accuracy - before;
    before = accuracy;
    return scored(index, importance);
  });
  return { scores };
}
