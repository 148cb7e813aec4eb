import type { Activation } from './activations.js';
import { type Architecture, imageClassifier } from './architecture.js';
import { type InvertedResidual, residualIndices } from './inverted-residual.js';
import type { Layers } from './layers.js';
import { mobileTrunk } from './mobile-trunk.js';
import { TORCHVISION } from './sources.js';

const STEM_WIDTH = 32;
const FEATURES = 1280;
const CLASSES = 1000;
const ACTIVATION: Activation = 'relu6';

/** Expansion factor, channels, repeats and first stride of the stages (table 2). */
const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

const BLOCKS = blocks();

/** The second MobileNet, of full width. */
export const mobilenetsV2: readonly Architecture[] = [
  imageClassifier(
    {
      name: 'mobilenet_v2',
      description: 'MobileNetV2 1.0 for ImageNet: inverted residuals, their ends without activation',
      publishedParameters: 3_504_872,
      publishedMacs: 300_774_272,
      source: `${TORCHVISION}; Sandler et al., arXiv 1801.04381, table 2`,
      inputShape: [1, 3, 224, 224],
      blocks: BLOCKS.length,
      removableBlocks: residualIndices(BLOCKS),
    },
    { classes: CLASSES, network: (layers, x, { omit }) => mobilenetV2(layers, x, omit) },
  ),
];

/** Adds MobileNetV2 to a graph, with torchvision's names. Returns the logits. */
function mobilenetV2(layers: Layers, x: string, omit: ReadonlySet<number>): string {
  const last = { name: `features.${BLOCKS.length + 1}`, out: FEATURES };
  const features = mobileTrunk(layers, x, { blocks: BLOCKS, stem: STEM_WIDTH, last, activation: ACTIVATION }, omit);
  return layers.linear(features, { name: 'classifier.1', in: FEATURES, out: CLASSES });
}

function blocks(): InvertedResidual[] {
  let channels = STEM_WIDTH;
  let position = 1;
  return STAGES.flatMap(([factor, out, repeats, stride]) =>
    Array.from({ length: repeats }, (_, index) => {
      const shape = { in: channels, expanded: channels * factor, out, kernel: 3, stride: index === 0 ? stride : 1 };
      channels = out;
      return { ...shape, activation: ACTIVATION, names: namesOf(`features.${position++}`, factor > 1) };
    }),
  );
}

function namesOf(module: string, expands: boolean): InvertedResidual['names'] {
  const unit = (position: number) => {
    const inner = `${module}.conv.${position}`;
    return { conv: `${inner}.0`, norm: `${inner}.1`, activation: `${inner}.2` };
  };
  const [depthwise, project] = expands ? [1, 2] : [0, 1];
  return {
    ...(expands ? { expand: unit(0) } : {}),
    depthwise: unit(depthwise),
    project: { conv: `${module}.conv.${project}`, norm: `${module}.conv.${project + 1}` },
    add: `${module}.add`,
  };
}
