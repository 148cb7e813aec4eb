import type { Values } from '../run/session.js';
import { UNSEEN } from './activation.js';
import { batchesOf, type Found, type Scene, scored } from './criterion.js';
import { overTensors } from './over-tensors.js';

type Reals = Values['data'];

/** The cosine between two vectors; between two that are zero it is 1, and 0 where one of them is. */
function cosine(a: Reals, b: Reals): number {
  let [product, squareA, squareB] = [0, 0, 0];
  for (let index = 0; index < a.length; index++) {
    const [left, right] = [a[index] ?? 0, b[index] ?? 0];
    product += left * right;
    squareA += left * left;
    squareB += right * right;
  }
  if (squareA === 0 && squareB === 0) return 1;
  return squareA === 0 || squareB === 0 ? 0 : product / Math.sqrt(squareA * squareB);
}

/** The sum over samples of the cosines between two tensors, each sample as one vector; `undefined` for unlike shapes. */
function sumOfCosines(a: Values, b: Values): number | undefined {
  const [samples = 0] = a.dims;
  if (a.data.length !== b.data.length) return undefined;
  const length = a.data.length / samples;
  let sum = 0;
  for (let start = 0; start < a.data.length; start += length) {
    sum += cosine(a.data.subarray(start, start + length), b.data.subarray(start, start + length));
  }
  return sum;
}

/**
 * Block influence: 1 − mean over samples of the cosine between input and output of a block, each flattened (after ShortGPT,
 * arXiv 2403.03853, which takes the cosine token by token). Passes: one a mini-batch.
 */
export async function blockInfluence(scene: Scene): Promise<Found> {
  const { blocks, passes, samples } = scene;
  passes.plan(batchesOf(scene).length);
  const sums = new Map<number, number>();
  const names = blocks.flatMap(({ input, output }) => [input.name, output.name]);
  await overTensors(scene, names, ({ values }) => {
    for (const { index, input, output } of blocks) {
      const [before, after] = [values.get(input.name), values.get(output.name)];
      const sum = before && after && sumOfCosines(before, after);
      if (sum !== undefined) sums.set(index, (sums.get(index) ?? 0) + sum);
    }
  });
  const scores = blocks.map(({ index, input, output }) => {
    const sum = sums.get(index);
    if (sum !== undefined) return scored(index, 1 - sum / samples.length);
    const isChanged = input.shape.join() !== output.shape.join();
    return scored(index, isChanged ? 'its input and its output are of different shapes' : UNSEEN);
  });
  return { scores };
}
