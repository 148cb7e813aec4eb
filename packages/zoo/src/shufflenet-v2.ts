import { type Architecture, type BuildOptions, imageClassifier } from './architecture.js';
import { channelShuffle, halved } from './channel-shuffle.js';
import { LINEAR_END_GAMMA } from './inverted-residual.js';
import type { Layers } from './layers.js';
import { TORCHVISION } from './sources.js';

interface Block {
  readonly name: string;
  readonly in: number;
  readonly out: number;
  readonly stride: number;
}

const STEM_WIDTH = 24;
const FEATURES = 1024;
const CLASSES = 1000;

/** Channels and repeats of the stages at 1× (table 5). */
const STAGES = [
  [116, 4],
  [232, 8],
  [464, 4],
] as const;

const BLOCKS = blocks();

/** The second ShuffleNet, of full width. */
export const shufflenetsV2: readonly Architecture[] = [
  imageClassifier(
    {
      name: 'shufflenet_v2_x1_0',
      description:
        'ShuffleNetV2 1× for ImageNet: half of the channels passes each block untouched, then both are shuffled',
      publishedParameters: 2_278_604,
      publishedMacs: 144_907_992,
      source: `${TORCHVISION}; Ma et al., arXiv 1807.11164, table 5`,
      inputShape: [1, 3, 224, 224],
      blocks: BLOCKS.length,
      removableBlocks: BLOCKS.flatMap(({ stride }, index) => (stride === 1 ? [index] : [])),
    },
    { classes: CLASSES, network: shufflenetV2 },
  ),
];

/** Adds ShuffleNetV2 to a graph, with torchvision's names. Returns the logits. */
function shufflenetV2(layers: Layers, x: string, { omit, imageSizePx = 224 }: BuildOptions): string {
  const { graph } = layers;
  const stem = conv(layers, x, { module: 'conv1', position: 0, in: 3, out: STEM_WIDTH, kernel: 3, stride: 2 });
  let y = graph.maxPool('maxpool', stem, { kernel: 3, stride: 2, pad: 1 });
  let side = halved(halved(imageSizePx));
  BLOCKS.forEach((block, index) => {
    if (block.stride === 2) side = halved(side);
    if (!omit.has(index)) y = unit(layers, y, block, side);
  });
  const width = BLOCKS.at(-1)?.out ?? STEM_WIDTH;
  const last = conv(layers, y, { module: 'conv5', position: 0, in: width, out: FEATURES, kernel: 1 });
  const features = graph.node('ReduceMean', [last], { axes: [2, 3], keepdims: 0 }, { name: 'mean' });
  return layers.linear(features, { name: 'fc', in: FEATURES, out: CLASSES });
}

function blocks(): Block[] {
  let channels = STEM_WIDTH;
  return STAGES.flatMap(([out, repeats], stage) =>
    Array.from({ length: repeats }, (_, index) => {
      const shape = { in: channels, out, stride: index === 0 ? 2 : 1 };
      channels = out;
      return { name: `stage${stage + 2}.${index}`, ...shape };
    }),
  );
}

/** `side` is that of the map which it makes. */
function unit(layers: Layers, x: string, { name, out, stride, ...shape }: Block, side: number): string {
  const { graph } = layers;
  const half = out / 2;
  const [aside, read] = stride === 1 ? split(layers, x, name) : [shortcut(layers, x, { name, in: shape.in, half }), x];
  const module = `${name}.branch2`;
  const channels = stride === 1 ? half : shape.in;
  const narrow = conv(layers, read, { module, position: 0, in: channels, out: half, kernel: 1 });
  const filtered = depthwise(layers, narrow, { module, position: 3, channels: half, stride });
  const branch = conv(layers, filtered, { module, position: 5, in: half, out: half, kernel: 1 });
  const both = graph.node('Concat', [aside, branch], { axis: 1 }, { name: `${name}.cat` });
  return channelShuffle(graph, both, { name: `${name}.shuffle`, rows: 2, channels: out, side });
}

function split({ graph }: Layers, x: string, name: string): [string, string] {
  const halves: [string, string] = [`${name}.chunk_out0`, `${name}.chunk_out1`];
  graph.node('Split', [x], { axis: 1 }, { name: `${name}.chunk`, outputs: halves });
  return halves;
}

function shortcut(
  layers: Layers,
  x: string,
  { name, half, ...shape }: { name: string; in: number; half: number },
): string {
  const module = `${name}.branch1`;
  const filtered = depthwise(layers, x, { module, position: 0, channels: shape.in, stride: 2 });
  return conv(layers, filtered, { module, position: 2, in: shape.in, out: half, kernel: 1 });
}

/** Where a layer stands: its norm and Relu come next in the module. */
interface Place {
  readonly module: string;
  readonly position: number;
}

function conv(
  layers: Layers,
  x: string,
  { module, position, ...window }: Place & { in: number; out: number; kernel: number; stride?: number },
): string {
  const y = layers.convNorm(x, { conv: `${module}.${position}`, norm: `${module}.${position + 1}`, ...window });
  return layers.graph.relu(`${module}.${position + 2}`, y);
}

function depthwise(
  layers: Layers,
  x: string,
  { module, position, channels, stride }: Place & { channels: number; stride: number },
): string {
  return layers.convNorm(x, {
    conv: `${module}.${position}`,
    norm: `${module}.${position + 1}`,
    in: channels,
    out: channels,
    kernel: 3,
    stride,
    group: channels,
    gamma: LINEAR_END_GAMMA,
  });
}
