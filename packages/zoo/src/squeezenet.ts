import { type Architecture, imageClassifier } from './architecture.js';
import type { Layers } from './layers.js';
import { TORCHVISION } from './sources.js';

interface Fire {
  /** Position among torch's `features`. */
  readonly position: number;
  readonly in: number;
  readonly squeeze: number;
  /** Channels of each of the two expanding convolutions. */
  readonly expand: number;
  /** A pool follows. */
  readonly endsStage?: boolean;
}

const STEM_WIDTH = 96;
const FEATURES = 512;
const CLASSES = 1000;

/** Fire modules of version 1.0. */
const FIRES: readonly Fire[] = [
  { position: 3, in: STEM_WIDTH, squeeze: 16, expand: 64 },
  { position: 4, in: 128, squeeze: 16, expand: 64 },
  { position: 5, in: 128, squeeze: 32, expand: 128, endsStage: true },
  { position: 7, in: 256, squeeze: 32, expand: 128 },
  { position: 8, in: 256, squeeze: 48, expand: 192 },
  { position: 9, in: 384, squeeze: 48, expand: 192 },
  { position: 10, in: 384, squeeze: 64, expand: 256, endsStage: true },
  { position: 12, in: FEATURES, squeeze: 64, expand: 256 },
];

/** SqueezeNets for ImageNet. */
export const squeezenets: readonly Architecture[] = [
  imageClassifier(
    {
      name: 'squeezenet1_0',
      description: 'SqueezeNet 1.0 for ImageNet: fire modules, no norms, no fully connected layer',
      publishedParameters: 1_248_424,
      publishedMacs: 818_924_576,
      source: `${TORCHVISION}; Iandola et al., arXiv 1602.07360, table 1`,
      inputShape: [1, 3, 224, 224],
      blocks: FIRES.length,
      removableBlocks: FIRES.flatMap((fire, index) => (fire.in === 2 * fire.expand ? [index] : [])),
    },
    { classes: CLASSES, network: (layers, x, { omit }) => squeezenet(layers, x, omit) },
  ),
];

/** Adds SqueezeNet 1.0 to a graph, with torch's names. Returns the logits, none of which is negative. */
function squeezenet(layers: Layers, x: string, omit: ReadonlySet<number>): string {
  const { graph } = layers;
  const stem = layers.conv(x, { name: 'features.0', in: 3, out: STEM_WIDTH, kernel: 7, stride: 2, pad: 0 });
  let y = pool(layers, graph.relu('features.1', stem), 2);
  FIRES.forEach((fire, index) => {
    if (!omit.has(index)) y = fireModule(layers, y, fire);
    if (fire.endsStage) y = pool(layers, y, fire.position + 1);
  });
  const scores = layers.conv(y, { name: 'classifier.1', in: FEATURES, out: CLASSES, kernel: 1 });
  return graph.flatten('flatten', graph.globalAveragePool('classifier.3', graph.relu('classifier.2', scores)));
}

function pool({ graph }: Layers, x: string, position: number): string {
  return graph.maxPool(`features.${position}`, x, { kernel: 3, stride: 2, ceil: true });
}

function fireModule(layers: Layers, x: string, { position, squeeze, expand, ...fire }: Fire): string {
  const { graph } = layers;
  const name = `features.${position}`;
  const convRelu = (from: string, part: string, options: { in: number; out: number; kernel: number }): string =>
    graph.relu(`${name}.${part}_activation`, layers.conv(from, { name: `${name}.${part}`, ...options }));
  const narrow = convRelu(x, 'squeeze', { in: fire.in, out: squeeze, kernel: 1 });
  const wide = [
    convRelu(narrow, 'expand1x1', { in: squeeze, out: expand, kernel: 1 }),
    convRelu(narrow, 'expand3x3', { in: squeeze, out: expand, kernel: 3 }),
  ];
  return graph.node('Concat', wide, { axis: 1 }, { name: `${name}.cat` });
}
