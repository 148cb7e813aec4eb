import { type Architecture, imageClassifier } from './architecture.js';
import type { Layers } from './layers.js';
import { TORCHVISION } from './sources.js';

const STEM_WIDTH = 64;
const CLASSES = 1000;
/** Channels that every dense layer adds, and how many times as many its 1×1 convolution has. */
const GROWTH = 32;
const BOTTLENECK = 4;
/** Dense layers of each of the four stages of DenseNet-121. */
const DEPTHS = [6, 12, 24, 16];

/** Densely connected networks for ImageNet. */
export const densenets: readonly Architecture[] = [
  imageClassifier(
    {
      name: 'densenet121',
      description: 'DenseNet-121 for ImageNet: every dense layer reads what all those before it in its stage made',
      publishedParameters: 7_978_856,
      publishedMacs: 2_834_161_664,
      source: `${TORCHVISION}; Huang et al., arXiv 1608.06993, table 1`,
      inputShape: [1, 3, 224, 224],
      blocks: DEPTHS.reduce((sum, depth) => sum + depth, 0),
      removableBlocks: [],
    },
    { classes: CLASSES, network: densenet },
  ),
];

/** Adds DenseNet-121 to a graph, with torch's names. Returns the logits. */
function densenet(layers: Layers, x: string): string {
  const { graph } = layers;
  const stem = layers.convNorm(x, {
    conv: 'features.conv0',
    norm: 'features.norm0',
    in: 3,
    out: STEM_WIDTH,
    kernel: 7,
    stride: 2,
  });
  let y = graph.maxPool('features.pool0', graph.relu('features.relu0', stem), { kernel: 3, stride: 2, pad: 1 });
  let channels = STEM_WIDTH;
  DEPTHS.forEach((depth, stage) => {
    y = denseBlock(layers, y, { name: `features.denseblock${stage + 1}`, channels, depth });
    channels += depth * GROWTH;
    if (stage === DEPTHS.length - 1) return;
    y = transition(layers, y, { name: `features.transition${stage + 1}`, channels });
    channels /= 2;
  });
  const features = graph.relu('relu', layers.norm(y, { name: 'features.norm5', channels }));
  const pooled = graph.flatten('flatten', graph.globalAveragePool('avgpool', features));
  return layers.linear(pooled, { name: 'classifier', in: channels, out: CLASSES });
}

interface Dense {
  readonly name: string;
  readonly channels: number;
}

function denseBlock(layers: Layers, x: string, { name, channels, depth }: Dense & { depth: number }): string {
  const made = [x];
  for (let index = 0; index < depth; index++) {
    const layer = { name: `${name}.denselayer${index + 1}`, channels: channels + index * GROWTH };
    made.push(denseLayer(layers, concat(layers, made, layer.name), layer));
  }
  return concat(layers, made, name);
}

function concat({ graph }: Layers, tensors: readonly string[], name: string): string {
  return graph.node('Concat', tensors, { axis: 1 }, { name: `${name}.cat` });
}

function denseLayer(layers: Layers, x: string, { name, channels }: Dense): string {
  const { graph } = layers;
  const width = GROWTH * BOTTLENECK;
  const read = graph.relu(`${name}.relu1`, layers.norm(x, { name: `${name}.norm1`, channels }));
  const narrow = layers.convNorm(read, {
    conv: `${name}.conv1`,
    norm: `${name}.norm2`,
    in: channels,
    out: width,
    kernel: 1,
  });
  return layers.conv(graph.relu(`${name}.relu2`, narrow), {
    name: `${name}.conv2`,
    in: width,
    out: GROWTH,
    kernel: 3,
    bias: false,
  });
}

function transition(layers: Layers, x: string, { name, channels }: Dense): string {
  const { graph } = layers;
  const read = graph.relu(`${name}.relu`, layers.norm(x, { name: `${name}.norm`, channels }));
  const half = layers.conv(read, { name: `${name}.conv`, in: channels, out: channels / 2, kernel: 1, bias: false });
  return graph.averagePool(`${name}.pool`, half, { kernel: 2 });
}
