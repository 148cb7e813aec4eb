import { expect, test } from '@jest/globals';
import { zooModels } from './zoo.js';

/** Parameters and multiply-accumulates. */
interface Figures {
  readonly parameters: number;
  readonly macs: number;
}

function figuresOf(name: string): Figures {
  const entry = zooModels.find((each) => each.name === name);
  return { parameters: entry?.publishedParameters ?? 0, macs: entry?.publishedMacs ?? 0 };
}

function total(figures: readonly Figures[]): Figures {
  return {
    parameters: figures.reduce((sum, { parameters }) => sum + parameters, 0),
    macs: figures.reduce((sum, { macs }) => sum + macs, 0),
  };
}

/** Two 3×3 convolutions with biases, each with a norm. */
function doubleConv(from: number, to: number, sidePx: number): Figures {
  const weights = 9 * (from * to + to * to);
  return { parameters: weights + 2 * to + 2 * 2 * to, macs: sidePx ** 2 * weights };
}

/** What the paper's figure 1 gives, with padding. */
function unetFigures(width: number, sidePx: number): Figures {
  const levels = [0, 1, 2, 3].flatMap((depth) => {
    const [to, side] = [width * 2 ** depth, sidePx / 2 ** depth];
    const up = { parameters: 4 * 2 * to * to + to, macs: (side / 2) ** 2 * 4 * 2 * to * to };
    return [doubleConv(depth === 0 ? 3 : to / 2, to, side), up, doubleConv(2 * to, to, side)];
  });
  const bottom = doubleConv(width * 8, width * 16, sidePx / 16);
  return total([...levels, bottom, { parameters: width + 1, macs: sidePx ** 2 * width }]);
}

/** Eight 4×4 convolutions down, eight up that read twice the channels but at the bottom; norms but at both ends of the way down. */
function pix2pixFigures(width: number): Figures {
  const channels = [3, ...[1, 2, 4, 8, 8, 8, 8, 8].map((multiple) => multiple * width)];
  const levels = channels.slice(1).flatMap((inner, depth) => {
    const [outer, side] = [channels[depth] ?? 0, 256 / 2 ** (depth + 1)];
    const [isOutermost, isInnermost] = [depth === 0, depth === 7];
    const read = isInnermost ? inner : 2 * inner;
    const [down, up] = [16 * outer * inner, 16 * read * outer];
    return [
      { parameters: down + (isOutermost || isInnermost ? 0 : 2 * inner), macs: side ** 2 * down },
      { parameters: up + (isOutermost ? outer : 2 * outer), macs: side ** 2 * up },
    ];
  });
  return total(levels);
}

/** Three embeddings and their norm; per layer four square matrices, two that widen and narrow, two norms; a pooler. */
function bertFigures(depth: number, width: number, tokens: number): Figures {
  const embeddings = (30_522 + 512 + 2 + 2) * width;
  const [matrices, offsets] = [4 * width ** 2 + 2 * width * 4 * width, 4 * width + 4 * width + width + 2 * 2 * width];
  return {
    parameters: embeddings + depth * (matrices + offsets) + width ** 2 + width,
    macs: tokens * depth * matrices + width ** 2,
  };
}

test.each([
  ['unet', unetFigures(64, 256)],
  ['unet_16', unetFigures(16, 256)],
  ['pix2pix_unet', pix2pixFigures(64)],
  ['pix2pix_unet_8', pix2pixFigures(8)],
  ['bert_tiny', bertFigures(2, 128, 128)],
  ['bert_base', bertFigures(12, 768, 128)],
])('%s has the figures that follow by hand from its description', (name, figures) => {
  expect(figuresOf(name)).toEqual(figures);
});
