import type { Activation } from './activations.js';
import { type Architecture, imageClassifier } from './architecture.js';
import { type InvertedResidual, residualIndices } from './inverted-residual.js';
import type { Layers } from './layers.js';
import { mobileTrunk } from './mobile-trunk.js';
import { TORCHVISION } from './sources.js';

const STEM_WIDTH = 32;
const FEATURES = 1280;
const CLASSES = 1000;
const ACTIVATION: Activation = 'silu';
/** Gates squeeze to a quarter of the width that comes into the block. */
const SQUEEZE_SHARE = 4;

/** Expansion factor, kernel, first stride, channels and repeats of the stages (table 1). */
const STAGES = [
  [1, 3, 1, 16, 1],
  [6, 3, 2, 24, 2],
  [6, 5, 2, 40, 2],
  [6, 3, 2, 80, 3],
  [6, 5, 1, 112, 3],
  [6, 5, 2, 192, 4],
  [6, 3, 1, 320, 1],
] as const;

const BLOCKS = blocks();

/** The smallest EfficientNet. */
export const efficientnets: readonly Architecture[] = [
  imageClassifier(
    {
      name: 'efficientnet_b0',
      description: 'EfficientNet-B0 for ImageNet: inverted residuals with gates, SiLU',
      publishedParameters: 5_288_548,
      publishedMacs: 385_814_752,
      source: `${TORCHVISION}; Tan and Le, arXiv 1905.11946, table 1`,
      inputShape: [1, 3, 224, 224],
      blocks: BLOCKS.length,
      removableBlocks: residualIndices(BLOCKS),
    },
    { classes: CLASSES, network: (layers, x, { omit }) => efficientnet(layers, x, omit) },
  ),
];

/** Adds EfficientNet-B0 to a graph, with torchvision's names. Returns the logits. */
function efficientnet(layers: Layers, x: string, omit: ReadonlySet<number>): string {
  const last = { name: `features.${STAGES.length + 1}`, out: FEATURES };
  const features = mobileTrunk(layers, x, { blocks: BLOCKS, stem: STEM_WIDTH, last, activation: ACTIVATION }, omit);
  return layers.linear(features, { name: 'classifier.1', in: FEATURES, out: CLASSES });
}

function blocks(): InvertedResidual[] {
  let channels = STEM_WIDTH;
  return STAGES.flatMap(([factor, kernel, stride, out, repeats], stage) =>
    Array.from({ length: repeats }, (_, index): InvertedResidual => {
      const module = `features.${stage + 1}.${index}`;
      const shape = { in: channels, expanded: channels * factor, out, kernel, stride: index === 0 ? stride : 1 };
      channels = out;
      return { ...shape, activation: ACTIVATION, ...partsOf(module, { in: shape.in, expands: factor > 1 }) };
    }),
  );
}

function partsOf(
  module: string,
  { expands, ...shape }: { in: number; expands: boolean },
): Pick<InvertedResidual, 'names' | 'squeeze'> {
  const first = expands ? 1 : 0;
  const unit = (position: number) => {
    const inner = `${module}.block.${position}`;
    return { conv: `${inner}.0`, norm: `${inner}.1`, activation: `${inner}.2` };
  };
  const { conv, norm } = unit(first + 2);
  return {
    squeeze: {
      name: `${module}.block.${first + 1}`,
      width: shape.in / SQUEEZE_SHARE,
      activation: ACTIVATION,
      gate: 'sigmoid',
    },
    names: {
      ...(expands ? { expand: unit(0) } : {}),
      depthwise: unit(first),
      project: { conv, norm },
      add: `${module}.add`,
    },
  };
}
