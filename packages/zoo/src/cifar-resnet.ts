import { type Architecture, imageClassifier } from './architecture.js';
import { BRANCH_END_GAMMA, type Layers } from './layers.js';

/** A residual network for 32×32 images: three stages of `blocksPerStage` basic blocks, 6n + 2 layers in all. */
interface CifarResnet {
  readonly blocksPerStage: number;
}

const STAGE_WIDTHS = [16, 32, 64] as const;
const CLASSES = 10;
const CIFAR_PAPER = 'He et al., arXiv 1512.03385, section 4.2 and table 6 (layers, widths, parameters to two digits)';

/** Residual networks for CIFAR-10. */
export const cifarResnets: readonly Architecture[] = [
  architecture('resnet20', { blocksPerStage: 3 }, 269_722, 40_551_040),
  architecture('resnet56', { blocksPerStage: 9 }, 853_018, 125_485_696),
];

interface BlockShape {
  readonly name: string;
  readonly in: number;
  readonly out: number;
}

function architecture(
  name: string,
  network: CifarResnet,
  publishedParameters: number,
  publishedMacs: number,
): Architecture {
  return imageClassifier(
    {
      name,
      description: `ResNet-${name.slice('resnet'.length)} for CIFAR-10, shortcuts without weights`,
      publishedParameters,
      publishedMacs,
      source: CIFAR_PAPER,
      inputShape: [1, 3, 32, 32],
      blocks: network.blocksPerStage * STAGE_WIDTHS.length,
      removableBlocks: removableBlocks(network),
    },
    { classes: CLASSES, network: (layers, x, { omit }) => cifarResnet(layers, x, network, omit) },
  );
}

/** Indices of the blocks that keep their input's shape: all but the first of the second and of the third stage. */
function removableBlocks(network: CifarResnet): readonly number[] {
  return blockShapes(network).flatMap((shape, index) => (shape.in === shape.out ? [index] : []));
}

/**
 * Adds a residual network for CIFAR to a graph (He et al., arXiv 1512.03385, section 4.2). Shortcuts have no weights
 * ("option A"): where a stage halves the resolution, every second pixel is taken and zero channels are added on both
 * sides. Returns the logits.
 */
function cifarResnet(layers: Layers, x: string, network: CifarResnet, omit: ReadonlySet<number>): string {
  const { graph } = layers;
  let y = graph.relu(
    'relu',
    layers.convNorm(x, { conv: 'conv1', norm: 'bn1', in: 3, out: STAGE_WIDTHS[0], kernel: 3 }),
  );
  blockShapes(network).forEach((shape, index) => {
    if (!omit.has(index)) y = residual(layers, y, shape);
  });
  const features = graph.flatten('flatten', graph.globalAveragePool('avgpool', y));
  return layers.linear(features, { name: 'fc', in: STAGE_WIDTHS[2], out: CLASSES });
}

function blockShapes({ blocksPerStage }: CifarResnet): BlockShape[] {
  return STAGE_WIDTHS.flatMap((out, stage) =>
    Array.from({ length: blocksPerStage }, (_, position) => ({
      name: `layer${stage + 1}.${position}`,
      in: position === 0 ? (STAGE_WIDTHS[stage - 1] ?? STAGE_WIDTHS[0]) : out,
      out,
    })),
  );
}

function residual(layers: Layers, x: string, { name, out, ...shape }: BlockShape): string {
  const { graph } = layers;
  const stride = shape.in === out ? 1 : 2;
  const first = layers.convNorm(x, {
    conv: `${name}.conv1`,
    norm: `${name}.bn1`,
    in: shape.in,
    out,
    kernel: 3,
    stride,
  });
  const branch = layers.convNorm(graph.relu(`${name}.relu1`, first), {
    conv: `${name}.conv2`,
    norm: `${name}.bn2`,
    in: out,
    out,
    kernel: 3,
    gamma: BRANCH_END_GAMMA,
  });
  const shortcut = stride === 1 ? x : halved(layers, x, { name, in: shape.in, out });
  return graph.relu(`${name}.relu`, graph.add(`${name}.add`, branch, shortcut));
}

/** Every second pixel in both directions, with zero channels before and behind. */
function halved({ graph }: Layers, x: string, { name, out, ...shape }: BlockShape): string {
  const slice = `${name}.shortcut.slice`;
  const pad = `${name}.shortcut.pad`;
  const bounds = {
    starts: graph.ints(`${slice}.starts`, [0, 0]),
    ends: graph.ints(`${slice}.ends`, [2 ** 31 - 1, 2 ** 31 - 1]), // beyond the border: to the end
    axes: graph.ints(`${slice}.axes`, [2, 3]),
    steps: graph.ints(`${slice}.steps`, [2, 2]),
  };
  const sliced = graph.node('Slice', [x, ...Object.values(bounds)], {}, { name: slice });
  const before = (out - shape.in) / 2;
  const pads = graph.ints(`${pad}.pads`, [0, before, 0, 0, 0, out - shape.in - before, 0, 0]);
  return graph.node('Pad', [sliced, pads], { mode: 'constant' }, { name: pad });
}
