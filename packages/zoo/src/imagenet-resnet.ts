import { type Architecture, imageClassifier, type ZooEntry } from './architecture.js';
import { BRANCH_END_GAMMA, type Layers } from './layers.js';
import { TORCHVISION } from './sources.js';

/** Which residual network for ImageNet. */
interface ImagenetResnet {
  readonly block: 'basic' | 'bottleneck';
  /** Number of blocks in each of the four stages. */
  readonly depths: readonly number[];
  /** Groups of the 3×3 convolution in a bottleneck, and channels of each in the first stage: those of a ResNeXt. */
  readonly groups?: number;
  readonly groupWidth?: number;
}

/** A block as the network sees it. */
interface BlockShape {
  readonly name: string;
  readonly in: number;
  readonly width: number;
  readonly out: number;
  readonly stride: number;
  readonly groups: number;
}

const STEM_WIDTH = 64;
const CLASSES = 1000;

/** Residual networks for ImageNet. */
export const imagenetResnets: readonly Architecture[] = [
  resnet(18, { block: 'basic', depths: [2, 2, 2, 2] }, 11_689_512, 1_814_073_344),
  resnet(34, { block: 'basic', depths: [3, 4, 6, 3] }, 21_797_672, 3_663_761_408),
  resnet(50, { block: 'bottleneck', depths: [3, 4, 6, 3] }, 25_557_032, 4_089_184_256),
  resnet(101, { block: 'bottleneck', depths: [3, 4, 23, 3] }, 44_549_160, 7_801_405_440),
  architecture(
    { block: 'bottleneck', depths: [3, 4, 6, 3], groups: 32, groupWidth: 4 },
    {
      name: 'resnext50_32x4d',
      description: 'ResNeXt-50 for ImageNet, bottlenecks with 3×3 convolutions in 32 groups of 4 channels',
      publishedParameters: 25_028_904,
      publishedMacs: 4_230_479_872,
      source: `${TORCHVISION}; Xie et al., arXiv 1611.05431, table 1`,
    },
  ),
];

function resnet(
  layerCount: number,
  network: ImagenetResnet,
  publishedParameters: number,
  publishedMacs: number,
): Architecture {
  return architecture(network, {
    name: `resnet${layerCount}`,
    description: `ResNet-${layerCount} for ImageNet, ${network.block} blocks, stride in the 3×3 convolution`,
    publishedParameters,
    publishedMacs,
    source: `${TORCHVISION}; He et al., arXiv 1512.03385, table 1`,
  });
}

function architecture(
  network: ImagenetResnet,
  published: Pick<ZooEntry, 'name' | 'description' | 'publishedParameters' | 'publishedMacs' | 'source'>,
): Architecture {
  return imageClassifier(
    {
      ...published,
      inputShape: [1, 3, 224, 224],
      blocks: network.depths.reduce((sum, depth) => sum + depth, 0),
      removableBlocks: removableBlocks(network),
    },
    { classes: CLASSES, network: (layers, x, { omit }) => imagenetResnet(layers, x, network, omit) },
  );
}

/** Indices of the blocks that keep their input's shape, in order of execution: those with an identity shortcut. */
function removableBlocks(network: ImagenetResnet): readonly number[] {
  return blockShapes(network).flatMap((shape, index) => (hasProjection(shape) ? [] : [index]));
}

/**
 * Adds a residual network to a graph (He et al., arXiv 1512.03385, table 1; with groups: Xie et al., arXiv 1611.05431, table 1), in torchvision's form: a bottleneck has
 * its stride in the 3×3 convolution ("v1.5"), and layers are named as in torchvision. Returns the logits.
 */
function imagenetResnet(layers: Layers, x: string, network: ImagenetResnet, omit: ReadonlySet<number>): string {
  const { graph } = layers;
  const stem = layers.convNorm(x, { conv: 'conv1', norm: 'bn1', in: 3, out: STEM_WIDTH, kernel: 7, stride: 2 });
  let y = graph.maxPool('maxpool', graph.relu('relu', stem), { kernel: 3, stride: 2, pad: 1 });
  const shapes = blockShapes(network);
  shapes.forEach((shape, index) => {
    if (!omit.has(index)) y = residual(layers, y, shape, network.block);
  });
  const features = graph.flatten('flatten', graph.globalAveragePool('avgpool', y));
  return layers.linear(features, { name: 'fc', in: shapes.at(-1)?.out ?? STEM_WIDTH, out: CLASSES });
}

function blockShapes({ block, depths, groups = 1, groupWidth = STEM_WIDTH }: ImagenetResnet): BlockShape[] {
  const expansion = block === 'basic' ? 1 : 4;
  let channels = STEM_WIDTH;
  return depths.flatMap((depth, stage) =>
    Array.from({ length: depth }, (_, position) => {
      const base = STEM_WIDTH * 2 ** stage;
      const shape = {
        name: `layer${stage + 1}.${position}`,
        in: channels,
        width: (base * groups * groupWidth) / STEM_WIDTH,
        out: base * expansion,
        stride: position === 0 && stage > 0 ? 2 : 1,
        groups,
      };
      channels = shape.out;
      return shape;
    }),
  );
}

function hasProjection(shape: BlockShape): boolean {
  return shape.in !== shape.out || shape.stride !== 1;
}

function residual(layers: Layers, x: string, shape: BlockShape, block: ImagenetResnet['block']): string {
  const { graph } = layers;
  const branch = block === 'basic' ? basicBranch(layers, x, shape) : bottleneckBranch(layers, x, shape);
  const shortcut = hasProjection(shape) ? projection(layers, x, shape) : x;
  return graph.relu(`${shape.name}.relu`, graph.add(`${shape.name}.add`, branch, shortcut));
}

function basicBranch(layers: Layers, x: string, { name, stride, ...shape }: BlockShape): string {
  const first = layers.convNorm(x, {
    conv: `${name}.conv1`,
    norm: `${name}.bn1`,
    in: shape.in,
    out: shape.out,
    kernel: 3,
    stride,
  });
  return layers.convNorm(layers.graph.relu(`${name}.relu1`, first), {
    conv: `${name}.conv2`,
    norm: `${name}.bn2`,
    in: shape.out,
    out: shape.out,
    kernel: 3,
    gamma: BRANCH_END_GAMMA,
  });
}

function bottleneckBranch(layers: Layers, x: string, { name, stride, width, groups, ...shape }: BlockShape): string {
  const { graph } = layers;
  const narrow = layers.convNorm(x, {
    conv: `${name}.conv1`,
    norm: `${name}.bn1`,
    in: shape.in,
    out: width,
    kernel: 1,
  });
  const spatial = layers.convNorm(graph.relu(`${name}.relu1`, narrow), {
    conv: `${name}.conv2`,
    norm: `${name}.bn2`,
    in: width,
    out: width,
    kernel: 3,
    stride,
    group: groups,
  });
  return layers.convNorm(graph.relu(`${name}.relu2`, spatial), {
    conv: `${name}.conv3`,
    norm: `${name}.bn3`,
    in: width,
    out: shape.out,
    kernel: 1,
    gamma: BRANCH_END_GAMMA,
  });
}

function projection(layers: Layers, x: string, { name, stride, ...shape }: BlockShape): string {
  return layers.convNorm(x, {
    conv: `${name}.downsample.0`,
    norm: `${name}.downsample.1`,
    in: shape.in,
    out: shape.out,
    kernel: 1,
    stride,
  });
}
