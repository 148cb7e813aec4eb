import { GraphBuilder, type OnnxModel } from '@espalier/onnx';
import { type CifarResnet, cifarResnet, removableCifarBlocks } from './cifar-resnet.js';
import { ZooError } from './errors.js';
import { type ImagenetResnet, imagenetResnet, removableImagenetBlocks } from './imagenet-resnet.js';
import { Layers } from './layers.js';
import { assertOmittable } from './omit.js';

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
  /** Shape of one input; the first dimension is free. */
  readonly inputShape: readonly number[];
  readonly blocks: number;
  /** Indices, in order of execution, of the blocks that keep their input's shape. */
  readonly removableBlocks: readonly number[];
}

export interface ZooOptions {
  /** Seed of all weights; 1 when absent. */
  readonly seed?: string | number;
  /** `kept` (default): BatchNormalization nodes; `folded`: merged into the convolutions, as exporters do. */
  readonly batchNorm?: 'kept' | 'folded';
  /** Blocks to build the network without; all other weights are those of the whole network. */
  readonly omitBlocks?: readonly number[];
  /** Side of the square input image, where another than the published one is wanted. */
  readonly imageSizePx?: number;
}

type Architecture = { readonly imagenet: ImagenetResnet } | { readonly cifar: CifarResnet };

const OPSET = 17;
const TORCHVISION =
  'torchvision, table of classification weights (Params, GIPS): https://pytorch.org/vision/stable/models.html';
const CIFAR_PAPER = 'He et al., arXiv 1512.03385, section 4.2 and table 6 (layers, widths, parameters to two digits)';

const ARCHITECTURES = new Map<string, { readonly entry: ZooEntry; readonly architecture: Architecture }>(
  [
    imagenet('resnet18', { block: 'basic', depths: [2, 2, 2, 2] }, 11_689_512, 1_814_073_344),
    imagenet('resnet34', { block: 'basic', depths: [3, 4, 6, 3] }, 21_797_672, 3_663_761_408),
    imagenet('resnet50', { block: 'bottleneck', depths: [3, 4, 6, 3] }, 25_557_032, 4_089_184_256),
    imagenet('resnet101', { block: 'bottleneck', depths: [3, 4, 23, 3] }, 44_549_160, 7_801_405_440),
    cifar('resnet20', { blocksPerStage: 3 }, 269_722, 40_551_040),
    cifar('resnet56', { blocksPerStage: 9 }, 853_018, 125_485_696),
  ].map((each) => [each.entry.name, each]),
);

/** All architectures of the zoo. */
export const zooModels: readonly ZooEntry[] = [...ARCHITECTURES.values()].map(({ entry }) => entry);

/**
 * Builds an architecture of the zoo with random weights that follow from the seed. Input `input` float32
 * [batch, 3, height, width], output `logits` float32 [batch, classes].
 * @throws ZooError `model-unknown`; `block-not-removable` when `omitBlocks` names a block that changes the shape
 */
export function buildZooModel(name: string, options: ZooOptions = {}): OnnxModel {
  const found = ARCHITECTURES.get(name);
  if (!found) {
    throw new ZooError('model-unknown', `the zoo has no model ${JSON.stringify(name)}`, {
      hint: `it has ${[...ARCHITECTURES.keys()].join(', ')}`,
    });
  }
  const { seed = 1, batchNorm = 'kept', omitBlocks = [], imageSizePx } = options;
  const { entry, architecture } = found;
  assertOmittable(omitBlocks, entry.removableBlocks);
  const graph = new GraphBuilder(name, { opset: OPSET });
  const layers = new Layers(graph, { seed, batchNorm });
  const [, channels = 3, height = 0, width = 0] = entry.inputShape;
  const x = graph.input('input', 'float32', ['batch', channels, imageSizePx ?? height, imageSizePx ?? width]);
  const omit = new Set(omitBlocks);
  const logits =
    'imagenet' in architecture
      ? imagenetResnet(layers, x, architecture.imagenet, omit)
      : cifarResnet(layers, x, architecture.cifar, omit);
  const classes = 'imagenet' in architecture ? 1000 : 10;
  return graph.output(logits, { as: 'logits', dims: ['batch', classes] }).build();
}

function imagenet(name: string, network: ImagenetResnet, publishedParameters: number, publishedMacs: number) {
  const layerCount = name.slice('resnet'.length);
  const entry: ZooEntry = {
    name,
    description: `ResNet-${layerCount} for ImageNet, ${network.block} blocks, stride in the 3×3 convolution`,
    publishedParameters,
    publishedMacs,
    source: TORCHVISION,
    inputShape: [1, 3, 224, 224],
    blocks: network.depths.reduce((sum, depth) => sum + depth, 0),
    removableBlocks: removableImagenetBlocks(network),
  };
  return { entry, architecture: { imagenet: network } };
}

function cifar(name: string, network: CifarResnet, publishedParameters: number, publishedMacs: number) {
  const entry: ZooEntry = {
    name,
    description: `ResNet-${name.slice('resnet'.length)} for CIFAR-10, shortcuts without weights`,
    publishedParameters,
    publishedMacs,
    source: CIFAR_PAPER,
    inputShape: [1, 3, 32, 32],
    blocks: network.blocksPerStage * 3,
    removableBlocks: removableCifarBlocks(network),
  };
  return { entry, architecture: { cifar: network } };
}
