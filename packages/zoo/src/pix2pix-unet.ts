import type { Architecture, BuildOptions, ZooEntry } from './architecture.js';
import type { InputPart, Layers } from './layers.js';

/** Channels behind the first convolution. */
interface Pix2pixUnet {
  readonly width: number;
}

/** Channels of the levels, as multiples of the width. */
const MULTIPLES = [1, 2, 4, 8, 8, 8, 8, 8];
/** Depth of the innermost level. It is one block, behind a convolution for each level around it, in front of one for each. */
const INNERMOST = MULTIPLES.length - 1;
const SIDE_PX = 256;
const IMAGE_CHANNELS = 3;
/** Every layer halves or doubles the resolution. */
const WINDOW = { kernel: 4, stride: 2, pad: 1 };
const LEAK = 0.2;

const SOURCE =
  "Isola et al., arXiv 1611.07004, section 6.1.1, in the form of the authors' code in torch, which prints the parameters of `unet_256`: https://github.com/junyanz/pytorch-CycleGAN-and-pix2pix";

/** Generators of pix2pix. */
export const pix2pixUnets: readonly Architecture[] = [
  architecture(
    { width: 64 },
    {
      name: 'pix2pix_unet',
      description:
        'U-Net generator of pix2pix for 256×256 images: eight strided convolutions down, eight transposed ones up',
      publishedParameters: 54_413_955,
      publishedMacs: 6_048_186_368,
    },
  ),
  architecture(
    { width: 8 },
    {
      name: 'pix2pix_unet_8',
      description:
        'U-Net generator of pix2pix for 256×256 images with an eighth of the channels: 8 in the outermost level',
      publishedParameters: 852_307,
      publishedMacs: 111_017_984,
    },
  ),
];

function architecture(
  network: Pix2pixUnet,
  published: Pick<ZooEntry, 'name' | 'description' | 'publishedParameters' | 'publishedMacs'>,
): Architecture {
  return {
    entry: {
      ...published,
      source: SOURCE,
      inputShape: [1, IMAGE_CHANNELS, SIDE_PX, SIDE_PX],
      blocks: 2 * INNERMOST + 1,
      removableBlocks: [],
      removableByReinitialising: [INNERMOST],
      innerLevels: [INNERMOST],
      smallestImageSizePx: SIDE_PX,
    },
    build(layers, { omit, imageSizePx = SIDE_PX }) {
      const dims = ['batch', IMAGE_CHANNELS, imageSizePx, imageSizePx];
      const x = layers.graph.input('input', 'float32', dims);
      layers.graph.output(generator(layers, x, network, omit), { as: 'image', dims });
    },
  };
}

/** Adds the generator to a graph, with the names of the authors' code. Returns the image. */
function generator(layers: Layers, x: string, { width }: Pix2pixUnet, omit: ReadonlySet<number>): string {
  const { graph } = layers;
  const module = 'model.model';
  const down = layers.conv(x, { name: `${module}.0`, in: IMAGE_CHANNELS, out: width, ...WINDOW, bias: false });
  const inner = level(layers, down, { module: `${module}.1`, width, depth: 1, omit });
  const active = graph.relu(`${module}.2`, inner.tensor);
  const up = { name: `${module}.3`, out: IMAGE_CHANNELS, ...WINDOW, bias: true };
  return graph.node('Tanh', [layers.convTranspose(active, { ...up, ...inner.read })], {}, { name: `${module}.4` });
}

interface Level extends Pix2pixUnet, Pick<BuildOptions, 'omit'> {
  readonly module: string;
  readonly depth: number;
}

/** What a level makes, and how the layer behind it reads that. */
interface Made {
  readonly tensor: string;
  readonly read: { readonly in: number; readonly part?: InputPart };
}

/**
 * Adds a level and all further in: what is handed across, beside what comes back from inside. The leaky Relu works in
 * place in the authors' code, so what is handed across went through it too.
 */
function level(layers: Layers, x: string, { module, width, depth, omit }: Level): Made {
  const { graph } = layers;
  const channels = (MULTIPLES[depth - 1] ?? 1) * width;
  const below = (MULTIPLES[depth] ?? 1) * width;
  const at = (position: number): string => `${module}.model.${position}`;
  const skip = graph.node('LeakyRelu', [x], { alpha: { float: LEAK } }, { name: at(0) });
  const isInnermost = depth === INNERMOST;
  if (isInnermost && omit.has(INNERMOST)) {
    return { tensor: skip, read: { in: channels, part: { of: 2 * channels, from: 0 } } };
  }
  const window = { in: channels, out: below, ...WINDOW };
  const inner: Made = isInnermost
    ? { tensor: layers.conv(skip, { name: at(1), ...window, bias: false }), read: { in: below } }
    : level(layers, layers.convNorm(skip, { conv: at(1), norm: at(2), ...window }), {
        module: at(3),
        width,
        depth: depth + 1,
        omit,
      });
  const first = isInnermost ? 2 : 4;
  const active = graph.relu(at(first), inner.tensor);
  const up = layers.convTranspose(active, {
    name: at(first + 1),
    out: channels,
    ...WINDOW,
    ...inner.read,
    bias: false,
  });
  const risen = layers.norm(up, { name: at(first + 2), channels });
  const tensor = graph.node('Concat', [skip, risen], { axis: 1 }, { name: `${module}.cat` });
  return { tensor, read: { in: 2 * channels } };
}
