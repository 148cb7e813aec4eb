import type { Architecture, BuildOptions, ZooEntry } from './architecture.js';
import type { InputPart, Layers } from './layers.js';

/** Channels of the outermost level; every level further in has twice as many. */
interface Unet {
  readonly width: number;
}

/** Levels that halve the resolution, without the bottom. */
const LEVELS = 4;
const SIDE_PX = 256;
const IMAGE_CHANNELS = 3;
const MASKS = 1;
/** No activation follows a transposed convolution, while the next layer is drawn for inputs that went through one. */
const UP_GAIN = Math.SQRT1_2;

/** Positions of the blocks: two units a level down, the innermost level, then three units a level up, the first two. */
const INNERMOST = 2 * LEVELS;
const BLOCKS = INNERMOST + 1 + 2 + 3 * (LEVELS - 1) + 1;

const SOURCE =
  'Ronneberger et al., arXiv 1505.04597, figure 1, with padding and norms, one mask for RGB images, in the form of https://github.com/nikhilroxtomar/Semantic-Segmentation-Architecture (PyTorch/unet.py); both figures by hand from that figure';

const DEPTHS = Array.from({ length: LEVELS }, (_, depth) => depth);

/** Position of the first of the two units in which a level goes down; the second keeps the shape. */
const encoderBlock = (depth: number): number => 2 * depth;

/** Position of the first of the two units behind a level's Concat; in front of it, but for the innermost, goes what rises. */
const decoderBlock = (depth: number): number => INNERMOST + 1 + 3 * (LEVELS - 1 - depth);

/** U-Nets for segmentation. */
export const unets: readonly Architecture[] = [
  architecture(
    { width: 64 },
    {
      name: 'unet',
      description: 'U-Net for segmentation: four levels down and up, each handing its maps across',
      publishedParameters: 31_043_521,
      publishedMacs: 48_167_387_136,
    },
  ),
  architecture(
    { width: 16 },
    {
      name: 'unet_16',
      description: 'U-Net for segmentation with a quarter of the channels: 16 in the outermost level',
      publishedParameters: 1_944_049,
      publishedMacs: 3_032_481_792,
    },
  ),
];

function architecture(
  network: Unet,
  published: Pick<ZooEntry, 'name' | 'description' | 'publishedParameters' | 'publishedMacs'>,
): Architecture {
  return {
    entry: {
      ...published,
      source: SOURCE,
      inputShape: [1, IMAGE_CHANNELS, SIDE_PX, SIDE_PX],
      blocks: BLOCKS,
      removableBlocks: DEPTHS.flatMap((depth) => [encoderBlock(depth) + 1, decoderBlock(depth) + 1]).sort(
        (a, b) => a - b,
      ),
      removableByReinitialising: [
        INNERMOST,
        ...DEPTHS.flatMap((depth) => [encoderBlock(depth), decoderBlock(depth)]),
      ].sort((a, b) => a - b),
      innerLevels: [INNERMOST],
    },
    build(layers, { omit, imageSizePx = SIDE_PX }) {
      const x = layers.graph.input('input', 'float32', ['batch', IMAGE_CHANNELS, imageSizePx, imageSizePx]);
      const y = level(layers, x, { ...network, depth: 0, in: IMAGE_CHANNELS, omit });
      const mask = layers.conv(y, { name: 'outputs', in: network.width, out: MASKS, kernel: 1 });
      layers.graph.output(mask, { as: 'mask', dims: ['batch', MASKS, imageSizePx, imageSizePx] });
    },
  };
}

interface Level extends Unet, Pick<BuildOptions, 'omit'> {
  /** 0 for the outermost. */
  readonly depth: number;
  readonly in: number;
}

/** Adds a level and all further in: down, what is inside, up again beside what is handed across. */
function level(layers: Layers, x: string, { width, depth, omit, ...shape }: Level): string {
  const { graph } = layers;
  const [encoder, decoder] = [`e${depth + 1}`, `d${LEVELS - depth}`];
  const isShort = (first: number): boolean => omit.has(first + 1);
  const down = { name: `${encoder}.conv`, in: shape.in, out: width, isShort: isShort(encoderBlock(depth)) };
  const skip = doubleConv(layers, x, down);
  const last = { name: `${decoder}.conv`, in: 2 * width, out: width, isShort: isShort(decoderBlock(depth)) };
  const isInnermost = depth === LEVELS - 1;
  if (isInnermost && omit.has(INNERMOST)) {
    const part = { of: 2 * width, from: width };
    return doubleConv(layers, skip, { ...last, in: width, part });
  }
  const pooled = graph.maxPool(`${encoder}.pool`, skip, { kernel: 2 });
  const inner = isInnermost
    ? doubleConv(layers, pooled, { name: 'b', in: width, out: 2 * width })
    : level(layers, pooled, { width: 2 * width, depth: depth + 1, in: width, omit });
  const up = {
    name: `${decoder}.up`,
    in: 2 * width,
    out: width,
    kernel: 2,
    stride: 2,
    pad: 0,
    bias: true,
    gain: UP_GAIN,
  };
  const risen = layers.convTranspose(inner, up);
  const both = graph.node('Concat', [risen, skip], { axis: 1 }, { name: `${decoder}.cat` });
  return doubleConv(layers, both, last);
}

interface DoubleConv {
  readonly name: string;
  readonly in: number;
  readonly out: number;
  readonly part?: InputPart;
  /** Without its second unit. */
  readonly isShort?: boolean;
}

function doubleConv(layers: Layers, x: string, { name, out, part, isShort = false, ...shape }: DoubleConv): string {
  const unit = (from: string, position: number, read: { in: number; part?: InputPart }): string => {
    const names = { conv: `${name}.conv${position}`, norm: `${name}.bn${position}` };
    return layers.graph.relu(
      `${name}.relu${position}`,
      layers.convNorm(from, { ...names, ...read, out, kernel: 3, bias: true }),
    );
  };
  const first = unit(x, 1, { in: shape.in, ...(part ? { part } : {}) });
  return isShort ? first : unit(first, 2, { in: out });
}
