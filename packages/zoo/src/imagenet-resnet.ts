import { type Architecture, imageClassifier } from './architecture.js';
import { BRANCH_END_GAMMA, type Layers } from './layers.js';

/** Which residual network for ImageNet: the block type and the number of blocks in each of the four stages. */
interface ImagenetResnet {
  readonly block: 'basic' | 'bottleneck';
  readonly depths: readonly number[];
}

/** A block as the network sees it. */
interface BlockShape {
  readonly name: string;
  readonly in: number;
  readonly width: number;
  readonly out: number;
  readonly stride: number;
}

const STEM_WIDTH = 64;
const CLASSES = 1000;
const TORCHVISION =
  'torchvision, table of classification weights (Params, GIPS): https://pytorch.org/vision/stable/models.html';

/** Residual networks for ImageNet. */
export const imagenetResnets: readonly Architecture[] = [
  architecture('resnet18', { block: 'basic', depths: [2, 2, 2, 2] }, 11_689_512, 1_814_073_344),
  architecture('resnet34', { block: 'basic', depths: [3, 4, 6, 3] }, 21_797_672, 3_663_761_408),
  architecture('resnet50', { block: 'bottleneck', depths: [3, 4, 6, 3] }, 25_557_032, 4_089_184_256),
  architecture('resnet101', { block: 'bottleneck', depths: [3, 4, 23, 3] }, 44_549_160, 7_801_405_440),
];

function architecture(
  name: string,
  network: ImagenetResnet,
  publishedParameters: number,
  publishedMacs: number,
): Architecture {
  const layerCount = name.slice('resnet'.length);
  return imageClassifier(
    {
      name,
      description: `ResNet-${layerCount} for ImageNet, ${network.block} blocks, stride in the 3×3 convolution`,
      publishedParameters,
      publishedMacs,
      source: TORCHVISION,
      inputShape: [1, 3, 224, 224],
      blocks: network.depths.reduce((sum, depth) => sum + depth, 0),
      removableBlocks: removableBlocks(network),
    },
    { classes: CLASSES, network: (layers, x, { omit }) => imagenetResnet(layers, x, network, omit) },
  );
}

/** Indices of the blocks that keep their input's shape, in order of execution: those with an identity shortcut. */
function removableBlocks({ block, depths }: ImagenetResnet): readonly number[] {
  return blockShapes({ block, depths }).flatMap((shape, index) => (hasProjection(shape) ? [] : [index]));
}

/**
 * Adds a residual network to a graph (He et al., arXiv 1512.03385, table 1), in torchvision's form: a bottleneck has
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

function blockShapes({ block, depths }: ImagenetResnet): BlockShape[] {
  const expansion = block === 'basic' ? 1 : 4;
  let channels = STEM_WIDTH;
  return depths.flatMap((depth, stage) =>
    Array.from({ length: depth }, (_, position) => {
      const width = STEM_WIDTH * 2 ** stage;
      const shape = {
        name: `layer${stage + 1}.${position}`,
        in: channels,
        width,
        out: width * expansion,
        stride: position === 0 && stage > 0 ? 2 : 1,
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

function bottleneckBranch(layers: Layers, x: string, { name, stride, width, ...shape }: BlockShape): string {
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
