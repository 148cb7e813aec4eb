import { seededRandom } from '@espalier/onnx';

/** Which random direction: that of one block, on one mini-batch, by number. */
export interface Direction {
  readonly block: number;
  readonly batch: number;
  readonly probe: number;
}

/** `length` signs, 1 or −1: the same for the same direction. */
export type Signs = (direction: Direction, length: number) => Int8Array;

/** Rademacher signs from a seed. Every direction has its own, so that the order of computing does not matter. */
export function seededSigns(seed: number): Signs {
  return ({ block, batch, probe }, length) => {
    const random = seededRandom(`signs/${seed}/${block}/${batch}/${probe}`);
    const signs = new Int8Array(length);
    for (let index = 0; index < length; index++) signs[index] = random() < 0.5 ? -1 : 1;
    return signs;
  };
}
