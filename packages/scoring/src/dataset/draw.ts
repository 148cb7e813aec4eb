import { seededRandom } from '@espalier/onnx';

/**
 * Draws samples without repetition: the first `wanted` places of a Fisher–Yates shuffle of 0 … `count` − 1, from the front
 * (Durstenfeld 1964), by `seededRandom`. The first places are the same however many are wanted.
 */
export function drawSamples(count: number, wanted: number, seed: number): readonly number[] {
  const random = seededRandom(`samples/${seed}`);
  const order = new Float64Array(count);
  for (let index = 0; index < count; index++) order[index] = index;
  const drawn = Math.min(count, wanted);
  for (let place = 0; place < drawn; place++) {
    const other = place + Math.floor(random() * (count - place));
    const chosen = order[other] ?? 0;
    order[other] = order[place] ?? 0;
    order[place] = chosen;
  }
  return [...order.subarray(0, drawn)];
}
