import { GraphBuilder, type OnnxModel } from '@espalier/onnx';
import type { Architecture, ZooEntry } from './architecture.js';
import { berts } from './bert.js';
import { cifarResnets } from './cifar-resnet.js';
import { densenets } from './densenet.js';
import { efficientnets } from './efficientnet.js';
import { ZooError } from './errors.js';
import { googlenets } from './googlenet.js';
import { imagenetResnets } from './imagenet-resnet.js';
import { inceptions } from './inception-v3.js';
import { Layers } from './layers.js';
import { mnasnets } from './mnasnet.js';
import { mobilenetsV1 } from './mobilenet-v1.js';
import { mobilenetsV2 } from './mobilenet-v2.js';
import { mobilenetsV3 } from './mobilenet-v3.js';
import { assertOmittable } from './omit.js';
import { pix2pixUnets } from './pix2pix-unet.js';
import { shufflenetsV1 } from './shufflenet-v1.js';
import { shufflenetsV2 } from './shufflenet-v2.js';
import { squeezenets } from './squeezenet.js';
import { unets } from './unet.js';
import { vggs } from './vgg.js';
import { vits } from './vit.js';

export interface ZooOptions {
  /** Seed of all weights; 1 when absent. */
  readonly seed?: string | number;
  /** `kept` (default): BatchNormalization nodes; `folded`: merged into the convolutions, as exporters do. */
  readonly batchNorm?: 'kept' | 'folded';
  /** `random` (default), from the seed; `zero`: for questions of names, shapes and sizes, at next to no cost. */
  readonly weights?: 'random' | 'zero';
  /** Blocks to build the network without; all other weights are those of the whole network. */
  readonly omitBlocks?: readonly number[];
  /** Side of the square input image, where another than the published one is wanted. */
  readonly imageSizePx?: number;
}

const OPSET = 17;

const FAMILIES: readonly (readonly Architecture[])[] = [
  imagenetResnets,
  cifarResnets,
  vggs,
  squeezenets,
  densenets,
  googlenets,
  inceptions,
  mobilenetsV1,
  mobilenetsV2,
  mobilenetsV3,
  shufflenetsV1,
  shufflenetsV2,
  mnasnets,
  efficientnets,
  unets,
  pix2pixUnets,
  vits,
  berts,
];

const ARCHITECTURES = new Map(FAMILIES.flat().map((each) => [each.entry.name, each]));

/** All architectures of the zoo. */
export const zooModels: readonly ZooEntry[] = [...ARCHITECTURES.values()].map(({ entry }) => entry);

/**
 * Builds an architecture of the zoo with random weights that follow from the seed. Networks for images have an input
 * `input`, float32 [batch, channels, height, width]; classifiers an output `logits`, float32 [batch, classes].
 * @throws ZooError `model-unknown`; `block-not-removable` when `omitBlocks` names a block that changes the shape
 */
export function buildZooModel(name: string, options: ZooOptions = {}): OnnxModel {
  const found = ARCHITECTURES.get(name);
  if (!found) {
    throw new ZooError('model-unknown', `the zoo has no model ${JSON.stringify(name)}`, {
      hint: `it has ${[...ARCHITECTURES.keys()].join(', ')}`,
    });
  }
  const { seed = 1, batchNorm = 'kept', weights = 'random', omitBlocks = [], imageSizePx } = options;
  assertOmittable(omitBlocks, omittable(found.entry));
  const graph = new GraphBuilder(name, { opset: OPSET });
  const size = imageSizePx === undefined ? {} : { imageSizePx };
  found.build(new Layers(graph, { seed, batchNorm, weights }), { omit: new Set(omitBlocks), ...size });
  return graph.build();
}

/** Blocks that a network can be built without. */
function omittable({ removableBlocks, innerLevels = [] }: ZooEntry): readonly number[] {
  return [...removableBlocks, ...innerLevels].sort((a, b) => a - b);
}
