import { type Architecture, imageClassifier } from './architecture.js';
import { type InvertedResidual, invertedResidual, residualIndices } from './inverted-residual.js';
import type { Layers } from './layers.js';
import { TORCHVISION } from './sources.js';

const STEM_WIDTH = 32;
const FEATURES = 1280;
const CLASSES = 1000;

/** Kernel, first stride, expansion factor, repeats and channels of the stages behind the first block (figure 7). */
const STAGES = [
  [3, 2, 3, 3, 24],
  [5, 2, 3, 3, 40],
  [5, 2, 6, 3, 80],
  [3, 1, 6, 2, 96],
  [5, 2, 6, 4, 192],
  [3, 1, 6, 1, 320],
] as const;

/** Where they begin among torchvision's `layers`: behind the stem and the first block, which are not grouped there. */
const FIRST_STAGE = 8;

/** A separable convolution without shortcut, then inverted residuals. */
const BLOCKS: readonly InvertedResidual[] = [
  {
    in: STEM_WIDTH,
    expanded: STEM_WIDTH,
    out: 16,
    kernel: 3,
    stride: 1,
    activation: 'relu',
    names: { depthwise: unitAt('layers', 3), project: { conv: 'layers.6', norm: 'layers.7' }, add: '' },
  },
  ...stagedBlocks(16),
];

/** MnasNet of full width. */
export const mnasnets: readonly Architecture[] = [
  imageClassifier(
    {
      name: 'mnasnet1_0',
      description: 'MnasNet-B1 1.0 for ImageNet: inverted residuals found by a search on a phone',
      publishedParameters: 4_383_312,
      publishedMacs: 314_415_872,
      source: `${TORCHVISION}; Tan et al., arXiv 1807.11626, figure 7 without gates`,
      inputShape: [1, 3, 224, 224],
      blocks: BLOCKS.length,
      removableBlocks: residualIndices(BLOCKS),
    },
    { classes: CLASSES, network: (layers, x, { omit }) => mnasnet(layers, x, omit) },
  ),
];

/** Adds MnasNet to a graph, with torchvision's names. Returns the logits. */
function mnasnet(layers: Layers, x: string, omit: ReadonlySet<number>): string {
  const { graph } = layers;
  const unit = (
    from: string,
    position: number,
    window: { in: number; out: number; kernel: number; stride: number },
  ) => {
    const { conv, norm, activation } = unitAt('layers', position);
    return graph.relu(activation, layers.convNorm(from, { conv, norm, ...window }));
  };
  let y = unit(x, 0, { in: 3, out: STEM_WIDTH, kernel: 3, stride: 2 });
  BLOCKS.forEach((block, index) => {
    if (!omit.has(index)) y = invertedResidual(layers, y, block);
  });
  const width = BLOCKS.at(-1)?.out ?? STEM_WIDTH;
  const last = unit(y, FIRST_STAGE + STAGES.length, { in: width, out: FEATURES, kernel: 1, stride: 1 });
  const features = graph.flatten('flatten', graph.globalAveragePool('avgpool', last));
  return layers.linear(features, { name: 'classifier.1', in: FEATURES, out: CLASSES });
}

function stagedBlocks(first: number): InvertedResidual[] {
  let channels = first;
  return STAGES.flatMap(([kernel, stride, factor, repeats, out], stage) =>
    Array.from({ length: repeats }, (_, index): InvertedResidual => {
      const module = `layers.${FIRST_STAGE + stage}.${index}`;
      const shape = { in: channels, expanded: channels * factor, out, kernel, stride: index === 0 ? stride : 1 };
      channels = out;
      return { ...shape, activation: 'relu', names: namesOf(module) };
    }),
  );
}

function namesOf(module: string): InvertedResidual['names'] {
  const { conv, norm } = unitAt(`${module}.layers`, 6);
  return {
    expand: unitAt(`${module}.layers`, 0),
    depthwise: unitAt(`${module}.layers`, 3),
    project: { conv, norm },
    add: `${module}.add`,
  };
}

/** A convolution, its norm and its activation, which stand one behind the other in a module. */
function unitAt(module: string, position: number): { conv: string; norm: string; activation: string } {
  return {
    conv: `${module}.${position}`,
    norm: `${module}.${position + 1}`,
    activation: `${module}.${position + 2}`,
  };
}
