import { type Architecture, imageClassifier } from './architecture.js';
import { basicConv } from './inception-conv.js';
import type { Layers } from './layers.js';
import { TORCHVISION } from './sources.js';

/** Channels of an inception module's four branches, narrow ones before their 3×3 convolution. */
interface Module {
  readonly name: string;
  readonly in: number;
  readonly direct: number;
  readonly second: readonly [narrow: number, out: number];
  readonly third: readonly [narrow: number, out: number];
  readonly pooled: number;
  /** The pool that follows. */
  readonly pool?: { readonly name: string; readonly kernel: number };
}

const CLASSES = 1000;

const MODULES: readonly Module[] = [
  { name: 'inception3a', in: 192, direct: 64, second: [96, 128], third: [16, 32], pooled: 32 },
  {
    name: 'inception3b',
    in: 256,
    direct: 128,
    second: [128, 192],
    third: [32, 96],
    pooled: 64,
    pool: { name: 'maxpool3', kernel: 3 },
  },
  { name: 'inception4a', in: 480, direct: 192, second: [96, 208], third: [16, 48], pooled: 64 },
  { name: 'inception4b', in: 512, direct: 160, second: [112, 224], third: [24, 64], pooled: 64 },
  { name: 'inception4c', in: 512, direct: 128, second: [128, 256], third: [24, 64], pooled: 64 },
  { name: 'inception4d', in: 512, direct: 112, second: [144, 288], third: [32, 64], pooled: 64 },
  {
    name: 'inception4e',
    in: 528,
    direct: 256,
    second: [160, 320],
    third: [32, 128],
    pooled: 128,
    pool: { name: 'maxpool4', kernel: 2 },
  },
  { name: 'inception5a', in: 832, direct: 256, second: [160, 320], third: [32, 128], pooled: 128 },
  { name: 'inception5b', in: 832, direct: 384, second: [192, 384], third: [48, 128], pooled: 128 },
];

const widthOf = ({ direct, second, third, pooled }: Module): number => direct + second[1] + third[1] + pooled;

/** GoogLeNet for ImageNet. */
export const googlenets: readonly Architecture[] = [
  imageClassifier(
    {
      name: 'googlenet',
      description: 'GoogLeNet (Inception v1) for ImageNet, with batch normalisation, 3×3 for 5×5, no auxiliary heads',
      publishedParameters: 6_624_904,
      publishedMacs: 1_498_376_192,
      source: `${TORCHVISION}; Szegedy et al., arXiv 1409.4842, table 1`,
      inputShape: [1, 3, 224, 224],
      blocks: MODULES.length,
      removableBlocks: MODULES.flatMap((module, index) => (module.in === widthOf(module) ? [index] : [])),
    },
    { classes: CLASSES, network: (layers, x, { omit }) => googlenet(layers, x, omit) },
  ),
];

/** Adds GoogLeNet to a graph, in torchvision's form and with its names. Returns the logits. */
function googlenet(layers: Layers, x: string, omit: ReadonlySet<number>): string {
  const { graph } = layers;
  const pool = (from: string, name: string, kernel: number): string =>
    graph.maxPool(name, from, { kernel, stride: 2, ceil: true });
  let y = pool(basicConv(layers, x, 'conv1', { in: 3, out: 64, kernel: 7, stride: 2 }), 'maxpool1', 3);
  y = basicConv(layers, y, 'conv2', { in: 64, out: 64, kernel: 1 });
  y = pool(basicConv(layers, y, 'conv3', { in: 64, out: 192, kernel: 3 }), 'maxpool2', 3);
  MODULES.forEach((module, index) => {
    if (!omit.has(index)) y = inception(layers, y, module);
    if (module.pool) y = pool(y, module.pool.name, module.pool.kernel);
  });
  const features = graph.flatten('flatten', graph.globalAveragePool('avgpool', y));
  return layers.linear(features, { name: 'fc', in: 1024, out: CLASSES });
}

function inception(layers: Layers, x: string, { name, direct, second, third, pooled, ...module }: Module): string {
  const { graph } = layers;
  const around = graph.maxPool(`${name}.branch4.0`, x, { kernel: 3, stride: 1, pad: 1, ceil: true });
  const branches = [
    basicConv(layers, x, `${name}.branch1`, { in: module.in, out: direct, kernel: 1 }),
    narrowThenWide(layers, x, `${name}.branch2`, { in: module.in, widths: second }),
    narrowThenWide(layers, x, `${name}.branch3`, { in: module.in, widths: third }),
    basicConv(layers, around, `${name}.branch4.1`, { in: module.in, out: pooled, kernel: 1 }),
  ];
  return graph.node('Concat', branches, { axis: 1 }, { name: `${name}.cat` });
}

function narrowThenWide(
  layers: Layers,
  x: string,
  name: string,
  { widths, ...options }: { in: number; widths: readonly [narrow: number, out: number] },
): string {
  const [narrow, out] = widths;
  const y = basicConv(layers, x, `${name}.0`, { in: options.in, out: narrow, kernel: 1 });
  return basicConv(layers, y, `${name}.1`, { in: narrow, out, kernel: 3 });
}
