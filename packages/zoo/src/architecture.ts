import type { ElementType } from '@espalier/onnx';
import type { Layers } from './layers.js';

/** What one input of an architecture takes. */
export interface ZooInput {
  readonly name: string;
  readonly elementType: ElementType;
  /** Shape of one sample, the batch of 1 included; the first dimension is free. */
  readonly shape: readonly number[];
  /** For integers: values lie in [0, below), as the rows of an embedding do. */
  readonly below?: number;
}

/** A reference architecture and what its authors publish about it. */
export interface ZooEntry {
  readonly name: string;
  readonly description: string;
  /** Trained numbers: weights, biases, γ and β; running statistics of norms do not count. */
  readonly publishedParameters: number;
  /** Multiply-accumulates of the convolutions and linear layers for one sample of `inputShape`. */
  readonly publishedMacs: number;
  /** Where the two figures come from. */
  readonly source: string;
  /** Shape of one sample of the first input; the first dimension is free. */
  readonly inputShape: readonly number[];
  /** All inputs; when absent, one image `input` of type float32 and shape `inputShape`. */
  readonly inputs?: readonly ZooInput[];
  readonly blocks: number;
  /** Indices, in order of execution, of the blocks that keep their input's shape. */
  readonly removableBlocks: readonly number[];
  /**
   * Indices of blocks that change the number of channels, and whose removal makes the weights anew that read their result.
   * They cannot be left out when a network is built: no network without them has the same weights.
   */
  readonly removableByReinitialising?: readonly number[];
  /**
   * Those of them that can be left out all the same, since what reads their result keeps the weights that it has for
   * whatever else it reads: the innermost level of an encoder-decoder.
   */
  readonly innerLevels?: readonly number[];
  /** Side of the smallest square image that the network takes; 32 or less when absent. */
  readonly smallestImageSizePx?: number;
}

export interface BuildOptions {
  /** Blocks to leave out. */
  readonly omit: ReadonlySet<number>;
  /** Side of the square input image, where another than the published one is wanted. */
  readonly imageSizePx?: number;
}

/** An architecture of the zoo: what is published about it, and how its graph is made. */
export interface Architecture {
  readonly entry: ZooEntry;
  /** Adds the whole network to `layers.graph`, inputs and outputs included. */
  readonly build: (layers: Layers, options: BuildOptions) => void;
}

/**
 * An architecture with one image `input`, float32 [batch, channels, height, width], and one output `logits`, float32
 * [batch, classes]. `network` gets the name of the image's tensor and returns that of the logits.
 */
export function imageClassifier(
  entry: ZooEntry,
  { classes, network }: { classes: number; network: (layers: Layers, x: string, options: BuildOptions) => string },
): Architecture {
  const [, channels = 3, height = 0, width = 0] = entry.inputShape;
  return {
    entry,
    build(layers, options) {
      const { imageSizePx } = options;
      const dims = ['batch', channels, imageSizePx ?? height, imageSizePx ?? width];
      const x = layers.graph.input('input', 'float32', dims);
      layers.graph.output(network(layers, x, options), { as: 'logits', dims: ['batch', classes] });
    },
  };
}
