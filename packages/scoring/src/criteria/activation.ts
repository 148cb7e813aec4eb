import { batchesOf, type Found, type Scene, scored } from './criterion.js';
import { overTensors } from './over-tensors.js';

/** Why a block cannot be scored by its tensors. */
export const UNSEEN = 'its tensors are no real numbers with the samples as their first axis';

function sumOfMagnitudes(values: Float32Array | Float64Array): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += Math.abs(values[index] ?? 0);
  return sum;
}

/**
 * Activation: the mean of |a| over samples and elements of a block's output. Passes: one a mini-batch.
 */
export async function activation(scene: Scene): Promise<Found> {
  const { blocks, passes } = scene;
  passes.plan(batchesOf(scene).length);
  const sums = new Map<string, { sum: number; count: number }>();
  const names = blocks.map(({ output }) => output.name);
  await overTensors(scene, names, ({ values }) => {
    for (const [name, { data }] of values) {
      const { sum, count } = sums.get(name) ?? { sum: 0, count: 0 };
      sums.set(name, { sum: sum + sumOfMagnitudes(data), count: count + data.length });
    }
  });
  const scores = blocks.map(({ index, output }) => {
    const found = sums.get(output.name);
    return scored(index, found ? found.sum / found.count : UNSEEN);
  });
  return { scores };
}
