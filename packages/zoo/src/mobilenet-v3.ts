import { type Activation, activate } from './activations.js';
import { type Architecture, imageClassifier, type ZooEntry } from './architecture.js';
import { type InvertedResidual, residualIndices } from './inverted-residual.js';
import type { Layers } from './layers.js';
import { mobileTrunk } from './mobile-trunk.js';
import { TORCHVISION } from './sources.js';

/** Kernel, expanded width, channels, whether there is a gate, activation, stride: a row of the paper's tables. */
type Row = readonly [kernel: number, expanded: number, out: number, gate: boolean, Activation, stride: number];

interface MobilenetV3 {
  readonly blocks: readonly InvertedResidual[];
  /** Width of the hidden linear layer. */
  readonly hidden: number;
}

const STEM_WIDTH = 16;
const CLASSES = 1000;
const EPSILON = 1e-3;
/** Gates squeeze to a quarter of the expanded width, in steps of eight channels. */
const SQUEEZE = { share: 4, step: 8 };
/** The last convolution has as many times as many channels as the last block. */
const LAST_EXPANSION = 6;

const LARGE: readonly Row[] = [
  [3, 16, 16, false, 'relu', 1],
  [3, 64, 24, false, 'relu', 2],
  [3, 72, 24, false, 'relu', 1],
  [5, 72, 40, true, 'relu', 2],
  [5, 120, 40, true, 'relu', 1],
  [5, 120, 40, true, 'relu', 1],
  [3, 240, 80, false, 'hardswish', 2],
  [3, 200, 80, false, 'hardswish', 1],
  [3, 184, 80, false, 'hardswish', 1],
  [3, 184, 80, false, 'hardswish', 1],
  [3, 480, 112, true, 'hardswish', 1],
  [3, 672, 112, true, 'hardswish', 1],
  [5, 672, 160, true, 'hardswish', 2],
  [5, 960, 160, true, 'hardswish', 1],
  [5, 960, 160, true, 'hardswish', 1],
];

const SMALL: readonly Row[] = [
  [3, 16, 16, true, 'relu', 2],
  [3, 72, 24, false, 'relu', 2],
  [3, 88, 24, false, 'relu', 1],
  [5, 96, 40, true, 'hardswish', 2],
  [5, 240, 40, true, 'hardswish', 1],
  [5, 240, 40, true, 'hardswish', 1],
  [5, 120, 48, true, 'hardswish', 1],
  [5, 144, 48, true, 'hardswish', 1],
  [5, 288, 96, true, 'hardswish', 2],
  [5, 576, 96, true, 'hardswish', 1],
  [5, 576, 96, true, 'hardswish', 1],
];

/** The third MobileNets. */
export const mobilenetsV3: readonly Architecture[] = [
  architecture(
    { blocks: blocksOf(SMALL), hidden: 1024 },
    {
      name: 'mobilenet_v3_small',
      description: 'MobileNetV3 small for ImageNet: inverted residuals with gates, h-swish',
      publishedParameters: 2_542_856,
      publishedMacs: 56_510_400,
      source: `${TORCHVISION}; Howard et al., arXiv 1905.02244, table 2`,
    },
  ),
  architecture(
    { blocks: blocksOf(LARGE), hidden: 1280 },
    {
      name: 'mobilenet_v3_large',
      description: 'MobileNetV3 large for ImageNet: inverted residuals with gates, h-swish',
      publishedParameters: 5_483_032,
      publishedMacs: 216_589_760,
      source: `${TORCHVISION}; Howard et al., arXiv 1905.02244, table 1`,
    },
  ),
];

function architecture(
  network: MobilenetV3,
  published: Pick<ZooEntry, 'name' | 'description' | 'publishedParameters' | 'publishedMacs' | 'source'>,
): Architecture {
  return imageClassifier(
    {
      ...published,
      inputShape: [1, 3, 224, 224],
      blocks: network.blocks.length,
      removableBlocks: residualIndices(network.blocks),
    },
    { classes: CLASSES, network: (layers, x, { omit }) => mobilenetV3(layers, x, network, omit) },
  );
}

/** Adds a MobileNetV3 to a graph, with torchvision's names. Returns the logits. */
function mobilenetV3(layers: Layers, x: string, { blocks, hidden }: MobilenetV3, omit: ReadonlySet<number>): string {
  const width = (blocks.at(-1)?.out ?? STEM_WIDTH) * LAST_EXPANSION;
  const last = { name: `features.${blocks.length + 1}`, out: width };
  const trunk = { blocks, stem: STEM_WIDTH, last, activation: 'hardswish', epsilon: EPSILON } as const;
  const features = mobileTrunk(layers, x, trunk, omit);
  const inner = layers.linear(features, { name: 'classifier.0', in: width, out: hidden, relu: true });
  const active = activate(layers, inner, { name: 'classifier.1', kind: 'hardswish' });
  return layers.linear(active, { name: 'classifier.3', in: hidden, out: CLASSES });
}

function blocksOf(rows: readonly Row[]): readonly InvertedResidual[] {
  let channels = STEM_WIDTH;
  return rows.map(([kernel, expanded, out, isGated, activation, stride], index) => {
    const module = `features.${index + 1}.block`;
    const expands = expanded !== channels;
    const shape = { in: channels, expanded, out, kernel, stride, activation, epsilon: EPSILON };
    channels = out;
    let position = 0;
    const unit = () => {
      const inner = `${module}.${position++}`;
      return { conv: `${inner}.0`, norm: `${inner}.1`, activation: `${inner}.2` };
    };
    const expand = expands ? { expand: unit() } : {};
    const depthwise = unit();
    const gate = isGated ? { squeeze: gateOf(`${module}.${position++}`, expanded) } : {};
    const { conv, norm } = unit();
    return {
      ...shape,
      ...gate,
      names: { ...expand, depthwise, project: { conv, norm }, add: `features.${index + 1}.add` },
    };
  });
}

function gateOf(name: string, expanded: number): NonNullable<InvertedResidual['squeeze']> {
  return { name, width: squeezeWidth(expanded), activation: 'relu', gate: 'hardsigmoid' };
}

/** The share of the width, to the nearest multiple of the step; one more where that is less than nine tenths. */
function squeezeWidth(expanded: number): number {
  const wanted = Math.floor(expanded / SQUEEZE.share);
  const rounded = Math.max(SQUEEZE.step, Math.floor((wanted + SQUEEZE.step / 2) / SQUEEZE.step) * SQUEEZE.step);
  return rounded < 0.9 * wanted ? rounded + SQUEEZE.step : rounded;
}
