import { type Architecture, imageClassifier } from './architecture.js';
import type { Layers } from './layers.js';
import { TORCHVISION } from './sources.js';

/** Which of the VGG networks. */
interface Vgg {
  readonly norm: boolean;
  /** Convolutions of each of the five stages, between which the resolution halves. */
  readonly depths: readonly number[];
  readonly classifier: 'imagenet' | 'cifar';
}

interface Unit {
  /** Position among torch's `features`, which count convolutions, norms, activations and pools. */
  readonly position: number;
  readonly in: number;
  readonly out: number;
  readonly endsStage: boolean;
}

const STAGE_WIDTHS = [64, 128, 256, 512, 512] as const;
const FEATURES = 512;
const HIDDEN = 4096;
const PAPER = 'Simonyan and Zisserman, arXiv 1409.1556, table 1';
const CIFAR = `${PAPER}, for 32×32 images with one linear layer, as in Li et al., arXiv 1608.08710 (VGG-16: 3.13e8 MACs), and Liu et al., arXiv 1708.06519 (VGG-19: 20.04 M parameters)`;
const SIXTEEN = [2, 2, 3, 3, 3];
const NINETEEN = [2, 2, 4, 4, 4];

/** VGG networks for ImageNet, and for CIFAR-10. */
export const vggs: readonly Architecture[] = [
  imagenet('vgg16', { norm: false, depths: SIXTEEN }, 138_357_544, 15_470_264_320),
  imagenet('vgg16_bn', { norm: true, depths: SIXTEEN }, 138_365_992, 15_470_264_320),
  imagenet('vgg19', { norm: false, depths: NINETEEN }, 143_667_240, 19_632_062_464),
  imagenet('vgg19_bn', { norm: true, depths: NINETEEN }, 143_678_248, 19_632_062_464),
  cifar('vgg16_cifar', { norm: false, depths: SIXTEEN }, 14_719_818, 313_201_664),
  cifar('vgg16_bn_cifar', { norm: true, depths: SIXTEEN }, 14_728_266, 313_201_664),
  cifar('vgg19_cifar', { norm: false, depths: NINETEEN }, 20_029_514, 398_136_320),
  cifar('vgg19_bn_cifar', { norm: true, depths: NINETEEN }, 20_040_522, 398_136_320),
];

type Variant = Omit<Vgg, 'classifier'>;

function imagenet(name: string, variant: Variant, publishedParameters: number, publishedMacs: number): Architecture {
  const network: Vgg = { ...variant, classifier: 'imagenet' };
  const units = unitsOf(network);
  return imageClassifier(
    {
      name,
      description: `${title(network)} for ImageNet, three fully connected layers; their inputs follow the image's size`,
      publishedParameters,
      publishedMacs,
      source: `${TORCHVISION}; ${PAPER}`,
      inputShape: [1, 3, 224, 224],
      blocks: units.length + 1,
      removableBlocks: [...unitsThat(units, 'keep'), units.length], // the last: the layer from hidden to hidden
      removableByReinitialising: unitsThat(units, 'change'),
      smallestImageSizePx: 32,
    },
    {
      classes: 1000,
      network: (layers, x, { omit, imageSizePx = 224 }) => vgg(layers, x, network, { omit, imageSizePx }),
    },
  );
}

function cifar(name: string, variant: Variant, publishedParameters: number, publishedMacs: number): Architecture {
  const network: Vgg = { ...variant, classifier: 'cifar' };
  const units = unitsOf(network);
  return imageClassifier(
    {
      name,
      description: `${title(network)} for CIFAR-10, one fully connected layer`,
      publishedParameters,
      publishedMacs,
      source: CIFAR,
      inputShape: [1, 3, 32, 32],
      blocks: units.length,
      removableBlocks: unitsThat(units, 'keep'),
      removableByReinitialising: unitsThat(units, 'change'),
      smallestImageSizePx: 32,
    },
    { classes: 10, network: (layers, x, { omit, imageSizePx = 32 }) => vgg(layers, x, network, { omit, imageSizePx }) },
  );
}

function title({ depths, norm }: Vgg): string {
  const layerCount = depths.reduce((sum, depth) => sum + depth, 3);
  return `VGG-${layerCount}${norm ? ' with batch normalisation' : ''}`;
}

function unitsThat(units: readonly Unit[], channels: 'keep' | 'change'): readonly number[] {
  return units.flatMap((unit, index) => ((unit.in === unit.out) === (channels === 'keep') ? [index] : []));
}

/**
 * Adds a VGG network to a graph, with torch's names (`features.0`, `classifier.6`); its convolutions have biases even
 * where a norm follows. Dropout does nothing once trained, and is left out. Returns the logits.
 */
function vgg(
  layers: Layers,
  x: string,
  network: Vgg,
  { omit, imageSizePx }: { omit: ReadonlySet<number>; imageSizePx: number },
): string {
  const { graph } = layers;
  const units = unitsOf(network);
  let y = x;
  units.forEach((unit, index) => {
    if (!omit.has(index)) y = convUnit(layers, y, unit, network.norm);
    const pool = unit.position + (network.norm ? 3 : 2);
    if (unit.endsStage) y = graph.maxPool(`features.${pool}`, y, { kernel: 2 });
  });
  const features = graph.flatten('flatten', y);
  const width = FEATURES * Math.floor(imageSizePx / 2 ** STAGE_WIDTHS.length) ** 2;
  if (network.classifier === 'cifar') {
    return layers.linear(features, { name: 'classifier', in: width, out: 10 });
  }
  const first = hidden(layers, features, { position: 0, in: width });
  const second = omit.has(units.length) ? first : hidden(layers, first, { position: 3, in: HIDDEN });
  return layers.linear(second, { name: 'classifier.6', in: HIDDEN, out: 1000 });
}

function hidden(layers: Layers, x: string, { position, ...options }: { position: number; in: number }): string {
  const y = layers.linear(x, { name: `classifier.${position}`, in: options.in, out: HIDDEN, relu: true });
  return layers.graph.relu(`classifier.${position + 1}`, y);
}

function convUnit(layers: Layers, x: string, { position, ...unit }: Unit, norm: boolean): string {
  const conv = `features.${position}`;
  const channels = { in: unit.in, out: unit.out, kernel: 3 };
  const y = norm
    ? layers.convNorm(x, { conv, norm: `features.${position + 1}`, ...channels, bias: true })
    : layers.conv(x, { name: conv, ...channels });
  return layers.graph.relu(`features.${position + (norm ? 2 : 1)}`, y);
}

function unitsOf({ norm, depths }: Vgg): Unit[] {
  const unitLength = norm ? 3 : 2;
  let position = 0;
  let channels = 3;
  return depths.flatMap((depth, stage) => {
    const out = STAGE_WIDTHS[stage] ?? FEATURES;
    const units = Array.from({ length: depth }, (_, index) => {
      const unit = { position, in: channels, out, endsStage: index === depth - 1 };
      channels = out;
      position += unitLength;
      return unit;
    });
    position += 1; // the pool
    return units;
  });
}
