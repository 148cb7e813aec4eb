import { type Architecture, type BuildOptions, imageClassifier } from './architecture.js';
import { channelShuffle, halved } from './channel-shuffle.js';
import { BRANCH_END_GAMMA, type Layers } from './layers.js';

interface Block {
  readonly name: string;
  readonly in: number;
  readonly out: number;
  readonly stride: number;
  /** Groups of its first convolution. */
  readonly firstGroups: number;
}

const GROUPS = 3;
const STEM_WIDTH = 24;
const CLASSES = 1000;
/** The convolutions inside a block have this part of its channels. */
const BOTTLENECK = 4;

/** Channels and repeats of the stages for three groups (table 1). */
const STAGES = [
  [240, 4],
  [480, 8],
  [960, 4],
] as const;

const BLOCKS = blocks();

/** The first ShuffleNet, of full width, with three groups. */
export const shufflenetsV1: readonly Architecture[] = [
  imageClassifier(
    {
      name: 'shufflenet_v1',
      description:
        'ShuffleNet 1× with three groups for ImageNet: grouped pointwise convolutions whose channels are shuffled',
      publishedParameters: 1_864_728,
      publishedMacs: 137_460_672,
      source:
        "Zhang et al., arXiv 1707.01083, table 1 (multiply-adds), in the form of the authors' own code, whose README prints the parameters: https://github.com/megvii-model/ShuffleNet-Series",
      inputShape: [1, 3, 224, 224],
      blocks: BLOCKS.length,
      removableBlocks: BLOCKS.flatMap(({ stride }, index) => (stride === 1 ? [index] : [])),
    },
    { classes: CLASSES, network: shufflenetV1 },
  ),
];

/** Adds ShuffleNet to a graph, with the names of the authors' code. Returns the logits. */
function shufflenetV1(layers: Layers, x: string, { omit, imageSizePx = 224 }: BuildOptions): string {
  const { graph } = layers;
  const stem = { conv: 'first_conv.0', norm: 'first_conv.1', in: 3, out: STEM_WIDTH, kernel: 3, stride: 2 };
  const active = graph.relu('first_conv.2', layers.convNorm(x, stem));
  let y = graph.maxPool('maxpool', active, { kernel: 3, stride: 2, pad: 1 });
  let side = halved(halved(imageSizePx));
  BLOCKS.forEach((block, index) => {
    if (block.stride === 2) side = halved(side);
    if (!omit.has(index)) y = unit(layers, y, block, side);
  });
  const width = BLOCKS.at(-1)?.out ?? STEM_WIDTH;
  const features = graph.flatten('flatten', graph.globalAveragePool('globalpool', y));
  return layers.linear(features, { name: 'classifier.0', in: width, out: CLASSES, bias: false });
}

function blocks(): Block[] {
  let channels = STEM_WIDTH;
  return STAGES.flatMap(([out, repeats]) =>
    Array.from({ length: repeats }, (_, index) => {
      const shape = {
        in: channels,
        out,
        stride: index === 0 ? 2 : 1,
        firstGroups: channels === STEM_WIDTH ? 1 : GROUPS,
      };
      channels = out;
      return shape;
    }),
  ).map((shape, index) => ({ name: `features.${index}`, ...shape }));
}

/** `side` is that of the map which it makes. With stride 2 it lays the pooled input beside what it makes. */
function unit(layers: Layers, x: string, { name, out, stride, firstGroups, ...shape }: Block, side: number): string {
  const { graph } = layers;
  const [main, end] = [`${name}.branch_main_1`, `${name}.branch_main_2`];
  const width = out / BOTTLENECK;
  const narrow = layers.convNorm(x, {
    conv: `${main}.0`,
    norm: `${main}.1`,
    in: shape.in,
    out: width,
    kernel: 1,
    group: firstGroups,
  });
  const spatial = layers.convNorm(graph.relu(`${main}.2`, narrow), {
    conv: `${main}.3`,
    norm: `${main}.4`,
    in: width,
    out: width,
    kernel: 3,
    stride,
    group: width,
  });
  const shuffled = channelShuffle(graph, spatial, {
    name: `${name}.shuffle`,
    rows: width / GROUPS,
    channels: width,
    side,
  });
  const made = stride === 1 ? out : out - shape.in;
  const gamma = stride === 1 ? { gamma: BRANCH_END_GAMMA } : {};
  const window = { in: width, out: made, kernel: 1, group: GROUPS };
  const branch = layers.convNorm(shuffled, { conv: `${end}.0`, norm: `${end}.1`, ...window, ...gamma });
  if (stride === 1) return graph.relu(`${name}.relu`, graph.add(`${name}.add`, branch, x));
  const pooled = graph.averagePool(`${name}.branch_proj`, x, { kernel: 3, stride: 2, pad: 1 });
  return graph.node('Concat', [pooled, graph.relu(`${name}.relu`, branch)], { axis: 1 }, { name: `${name}.cat` });
}
