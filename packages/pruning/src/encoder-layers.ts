import type { OnnxModel } from '@espalier/onnx';
import type { Block } from './block.js';

/** A whole layer of a transformer: its attention and feed-forward blocks, one behind the other. */
export interface EncoderLayer {
  /** Indices of its blocks. Removing all of them removes the layer. */
  readonly blocks: readonly number[];
  readonly removable: boolean;
}

/** What tells attention from a feed-forward part: weights over positions, or an operator that holds them. */
const ATTENTION: ReadonlySet<string> = new Set([
  'Softmax',
  'Attention',
  'QAttention',
  'MultiHeadAttention',
  'GroupQueryAttention',
]);

/**
 * The layers of a transformer among blocks of granularity `block`, where attention and feed-forward parts are blocks of
 * their own, with the norm in front of them or behind. A layer begins with attention that follows something else, and takes
 * every block that reads the one before: a decoder's second attention, and the feed-forward part. Empty for other networks.
 */
export function encoderLayers({ graph }: OnnxModel, blocks: readonly Block[]): readonly EncoderLayer[] {
  const layers: Block[][] = [];
  let wasAttention = false;
  for (const block of blocks) {
    const isAttention = block.nodes.some((name) => ATTENTION.has(graph.nodeNamed(name)?.opType ?? ''));
    const current = layers.at(-1);
    const follows = current?.at(-1)?.output.name === block.input.name;
    if (isAttention && !(wasAttention && follows)) layers.push([block]);
    else if (follows) current?.push(block);
    wasAttention = isAttention;
  }
  return layers.map((layer) => ({
    blocks: layer.map(({ index }) => index),
    removable: layer.every(({ removable }) => removable),
  }));
}
