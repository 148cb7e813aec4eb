import { type Architecture, imageClassifier } from './architecture.js';
import { basicConv } from './inception-conv.js';
import type { Layers, Size } from './layers.js';
import { TORCHVISION } from './sources.js';

/** One convolution of a branch: its name, channels and window. */
type Step = readonly [name: string, out: number, kernel: Size, options?: { readonly stride: Size; readonly pad: Size }];

/** A chain of convolutions; `ends` go side by side from the last of them. `pool` goes before the first. */
interface Branch {
  readonly steps: readonly Step[];
  readonly ends?: readonly Step[];
  readonly pool?: 'average' | 'halving';
}

interface Module {
  readonly name: string;
  readonly in: number;
  readonly branches: readonly Branch[];
}

const CLASSES = 1000;
const FEATURES = 2048;
const HALVING = { stride: 2, pad: 0 };
const ROW: Size = [1, 7];
const COLUMN: Size = [7, 1];

const MODULES: readonly Module[] = [
  mixed35('Mixed_5b', 192, 32),
  mixed35('Mixed_5c', 256, 64),
  mixed35('Mixed_5d', 288, 64),
  reduction17('Mixed_6a', 288),
  mixed17('Mixed_6b', 768, 128),
  mixed17('Mixed_6c', 768, 160),
  mixed17('Mixed_6d', 768, 160),
  mixed17('Mixed_6e', 768, 192),
  reduction8('Mixed_7a', 768),
  mixed8('Mixed_7b', 1280),
  mixed8('Mixed_7c', FEATURES),
];

/** Inception v3 for ImageNet. */
export const inceptions: readonly Architecture[] = [
  imageClassifier(
    {
      name: 'inception_v3',
      description: 'Inception v3 for ImageNet, without its auxiliary head',
      publishedParameters: 23_834_568,
      publishedMacs: 5_713_216_096,
      source: `${TORCHVISION}, less the 3,326,696 parameters of the auxiliary head; Szegedy et al., arXiv 1512.00567, table 1`,
      inputShape: [1, 3, 299, 299],
      blocks: MODULES.length,
      removableBlocks: MODULES.flatMap((module, index) => (keepsShape(module) ? [index] : [])),
      smallestImageSizePx: 75,
    },
    { classes: CLASSES, network: (layers, x, { omit }) => inceptionV3(layers, x, omit) },
  ),
];

function keepsShape(module: Module): boolean {
  const width = module.branches.reduce((sum, branch) => sum + widthOf(branch, module.in), 0);
  return width === module.in && module.branches.every(({ pool }) => pool !== 'halving');
}

function widthOf({ steps, ends = [] }: Branch, channels: number): number {
  if (ends.length > 0) return ends.reduce((sum, [, out]) => sum + out, 0);
  return steps.at(-1)?.[1] ?? channels;
}

/** Adds Inception v3 to a graph, in torchvision's form and with its names. Returns the logits. */
function inceptionV3(layers: Layers, x: string, omit: ReadonlySet<number>): string {
  const { graph } = layers;
  let y = basicConv(layers, x, 'Conv2d_1a_3x3', { in: 3, out: 32, kernel: 3, ...HALVING });
  y = basicConv(layers, y, 'Conv2d_2a_3x3', { in: 32, out: 32, kernel: 3, pad: 0 });
  y = basicConv(layers, y, 'Conv2d_2b_3x3', { in: 32, out: 64, kernel: 3 });
  y = graph.maxPool('maxpool1', y, { kernel: 3, stride: 2 });
  y = basicConv(layers, y, 'Conv2d_3b_1x1', { in: 64, out: 80, kernel: 1 });
  y = basicConv(layers, y, 'Conv2d_4a_3x3', { in: 80, out: 192, kernel: 3, pad: 0 });
  y = graph.maxPool('maxpool2', y, { kernel: 3, stride: 2 });
  MODULES.forEach((module, index) => {
    if (!omit.has(index)) y = mixed(layers, y, module);
  });
  const features = graph.flatten('flatten', graph.globalAveragePool('avgpool', y));
  return layers.linear(features, { name: 'fc', in: FEATURES, out: CLASSES });
}

function mixed(layers: Layers, x: string, { name, branches, ...module }: Module): string {
  const ends = branches.flatMap((branch) => branchOf(layers, x, name, { ...branch, in: module.in }));
  return layers.graph.node('Concat', ends, { axis: 1 }, { name: `${name}.cat` });
}

function branchOf(
  layers: Layers,
  x: string,
  module: string,
  { steps, ends = [], pool, ...branch }: Branch & { in: number },
): readonly string[] {
  const { graph } = layers;
  let y = x;
  let channels = branch.in;
  if (pool === 'average') y = graph.averagePool(`${module}.avg_pool`, x, { kernel: 3, stride: 1, pad: 1 });
  if (pool === 'halving') y = graph.maxPool(`${module}.max_pool`, x, { kernel: 3, stride: 2 });
  const conv = ([name, out, kernel, options]: Step): string =>
    basicConv(layers, y, `${module}.${name}`, { in: channels, out, kernel, ...options });
  for (const step of steps) {
    y = conv(step);
    [, channels] = step;
  }
  return ends.length === 0 ? [y] : ends.map(conv);
}

/** The modules on 35×35 pixels. */
function mixed35(name: string, channels: number, pooled: number): Module {
  return {
    name,
    in: channels,
    branches: [
      { steps: [['branch1x1', 64, 1]] },
      {
        steps: [
          ['branch5x5_1', 48, 1],
          ['branch5x5_2', 64, 5],
        ],
      },
      {
        steps: [
          ['branch3x3dbl_1', 64, 1],
          ['branch3x3dbl_2', 96, 3],
          ['branch3x3dbl_3', 96, 3],
        ],
      },
      { steps: [['branch_pool', pooled, 1]], pool: 'average' },
    ],
  };
}

/** From 35×35 to 17×17 pixels. */
function reduction17(name: string, channels: number): Module {
  return {
    name,
    in: channels,
    branches: [
      { steps: [['branch3x3', 384, 3, HALVING]] },
      {
        steps: [
          ['branch3x3dbl_1', 64, 1],
          ['branch3x3dbl_2', 96, 3],
          ['branch3x3dbl_3', 96, 3, HALVING],
        ],
      },
      { steps: [], pool: 'halving' },
    ],
  };
}

/** The modules on 17×17 pixels, whose 7×7 windows are split into rows and columns. */
function mixed17(name: string, channels: number, narrow: number): Module {
  return {
    name,
    in: channels,
    branches: [
      { steps: [['branch1x1', 192, 1]] },
      {
        steps: [
          ['branch7x7_1', narrow, 1],
          ['branch7x7_2', narrow, ROW],
          ['branch7x7_3', 192, COLUMN],
        ],
      },
      {
        steps: [
          ['branch7x7dbl_1', narrow, 1],
          ['branch7x7dbl_2', narrow, COLUMN],
          ['branch7x7dbl_3', narrow, ROW],
          ['branch7x7dbl_4', narrow, COLUMN],
          ['branch7x7dbl_5', 192, ROW],
        ],
      },
      { steps: [['branch_pool', 192, 1]], pool: 'average' },
    ],
  };
}

/** From 17×17 to 8×8 pixels. */
function reduction8(name: string, channels: number): Module {
  return {
    name,
    in: channels,
    branches: [
      {
        steps: [
          ['branch3x3_1', 192, 1],
          ['branch3x3_2', 320, 3, HALVING],
        ],
      },
      {
        steps: [
          ['branch7x7x3_1', 192, 1],
          ['branch7x7x3_2', 192, ROW],
          ['branch7x7x3_3', 192, COLUMN],
          ['branch7x7x3_4', 192, 3, HALVING],
        ],
      },
      { steps: [], pool: 'halving' },
    ],
  };
}

/** The modules on 8×8 pixels, two of whose branches end in a row and a column side by side. */
function mixed8(name: string, channels: number): Module {
  return {
    name,
    in: channels,
    branches: [
      { steps: [['branch1x1', 320, 1]] },
      { steps: [['branch3x3_1', 384, 1]], ends: rowAndColumn('branch3x3_2a', 'branch3x3_2b') },
      {
        steps: [
          ['branch3x3dbl_1', 448, 1],
          ['branch3x3dbl_2', 384, 3],
        ],
        ends: rowAndColumn('branch3x3dbl_3a', 'branch3x3dbl_3b'),
      },
      { steps: [['branch_pool', 192, 1]], pool: 'average' },
    ],
  };
}

function rowAndColumn(row: string, column: string): readonly Step[] {
  return [
    [row, 384, [1, 3]],
    [column, 384, [3, 1]],
  ];
}
