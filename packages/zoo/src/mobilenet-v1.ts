import { type Architecture, imageClassifier } from './architecture.js';
import type { Layers } from './layers.js';

/** A depthwise convolution and the pointwise one behind it, each with norm and Relu. */
interface Separable {
  readonly in: number;
  readonly out: number;
  readonly stride: number;
}

const STEM_WIDTH = 32;
const CLASSES = 1000;

/** Channels and stride of the separable convolutions (table 1; the last has stride 1, as its input and output sizes say). */
const SEPARABLES: readonly Separable[] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
].map(([out = 0, stride = 1], index, all) => ({ in: all[index - 1]?.[0] ?? STEM_WIDTH, out, stride }));

/** The first MobileNet, of full width. */
export const mobilenetsV1: readonly Architecture[] = [
  imageClassifier(
    {
      name: 'mobilenet_v1',
      description: 'MobileNet 1.0 for ImageNet: thirteen separable convolutions, no shortcuts',
      publishedParameters: 4_231_976,
      publishedMacs: 568_740_352,
      source: 'Howard et al., arXiv 1704.04861, tables 1 and 4 (4.2 million parameters, 569 million multiply-adds)',
      inputShape: [1, 3, 224, 224],
      blocks: SEPARABLES.length,
      removableBlocks: SEPARABLES.flatMap((each, index) => (each.in === each.out && each.stride === 1 ? [index] : [])),
    },
    { classes: CLASSES, network: (layers, x, { omit }) => mobilenetV1(layers, x, omit) },
  ),
];

/** Adds MobileNet to a graph, with the names of the widespread port to torch (`model.0.0`, `fc`). Returns the logits. */
function mobilenetV1(layers: Layers, x: string, omit: ReadonlySet<number>): string {
  const { graph } = layers;
  let y = unit(layers, x, { module: 'model.0', position: 0, in: 3, out: STEM_WIDTH, kernel: 3, stride: 2 });
  SEPARABLES.forEach(({ out, stride, ...shape }, index) => {
    if (omit.has(index)) return;
    const module = `model.${index + 1}`;
    const depthwise = { module, position: 0, in: shape.in, out: shape.in, kernel: 3, stride, group: shape.in };
    y = unit(layers, unit(layers, y, depthwise), { module, position: 3, in: shape.in, out, kernel: 1 });
  });
  const features = graph.flatten('flatten', graph.globalAveragePool('avgpool', y));
  return layers.linear(features, { name: 'fc', in: SEPARABLES.at(-1)?.out ?? STEM_WIDTH, out: CLASSES });
}

interface Unit {
  readonly module: string;
  /** Position of the convolution in its module; norm and Relu come next. */
  readonly position: number;
  readonly in: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly group?: number;
}

function unit(layers: Layers, x: string, { module, position, ...window }: Unit): string {
  const conv = `${module}.${position}`;
  const y = layers.convNorm(x, { conv, norm: `${module}.${position + 1}`, ...window });
  return layers.graph.relu(`${module}.${position + 2}`, y);
}
