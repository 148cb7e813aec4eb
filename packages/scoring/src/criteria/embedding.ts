import type { Values } from '../run/session.js';

/** How the output of a block becomes a vector: channels, and the map that each is pooled to. */
export interface EmbeddingShape {
  /** Whether the channels come last, behind the tokens of a transformer. */
  readonly channelsLast: boolean;
  readonly channels: number;
  readonly from: readonly [height: number, width: number];
  readonly to: readonly [height: number, width: number];
}

const clamp = (value: number, most: number): number => Math.min(Math.max(value, 1), most);

/**
 * The pooling of a tensor [samples, …]. For a map of n channels, d = clamp(round(√(N / n)), 1, min(height, width)) in both
 * directions. Ours: tokens [samples, tokens, n] are pooled in one direction to clamp(round(N / n), 1, tokens), and vectors
 * are taken as they are. `undefined` for other shapes.
 * @param target N, the length that embeddings are to have, roughly
 */
export function embeddingShape([, ...dims]: readonly number[], target: number): EmbeddingShape | undefined {
  const [a = 0, b = 0, c = 0] = dims;
  switch (dims.length) {
    case 1:
      return { channelsLast: false, channels: a, from: [1, 1], to: [1, 1] };
    case 2: {
      const tokens = clamp(Math.round(target / b), a);
      return { channelsLast: true, channels: b, from: [a, 1], to: [tokens, 1] };
    }
    case 3: {
      const side = clamp(Math.round(Math.sqrt(target / a)), Math.min(b, c));
      return { channelsLast: false, channels: a, from: [b, c], to: [side, side] };
    }
    default:
      return undefined;
  }
}

/** The window of an adaptive pool: from ⌊i·n / m⌋ to ⌈(i + 1)·n / m⌉, as torch has it. */
function window(index: number, from: number, to: number): readonly [start: number, end: number] {
  return [Math.floor((index * from) / to), Math.ceil(((index + 1) * from) / to)];
}

function pooled(
  sample: Float32Array | Float64Array,
  { channelsLast, channels, from: [height, width], to: [rows, columns] }: EmbeddingShape,
): Float64Array {
  const result = new Float64Array(channels * rows * columns);
  const [channelStep, placeStep] = channelsLast ? [1, channels] : [height * width, 1];
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < rows; row++) {
      const [top, bottom] = window(row, height, rows);
      for (let column = 0; column < columns; column++) {
        const [left, right] = window(column, width, columns);
        let sum = 0;
        for (let y = top; y < bottom; y++) {
          for (let x = left; x < right; x++) sum += sample[channel * channelStep + (y * width + x) * placeStep] ?? 0;
        }
        result[(channel * rows + row) * columns + column] = sum / ((bottom - top) * (right - left));
      }
    }
  }
  return result;
}

/** The embedding of every sample: its adaptive average pool, flattened. */
export function embeddings({ dims: [samples = 0], data }: Values, shape: EmbeddingShape): readonly Float64Array[] {
  const length = data.length / samples;
  return Array.from({ length: samples }, (_, sample) =>
    pooled(data.subarray(sample * length, (sample + 1) * length), shape),
  );
}
