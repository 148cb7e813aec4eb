import { constantData, GraphBuilder, type OnnxModel } from '@espalier/onnx';

/** How an encoder-decoder is built. */
export interface UnetOptions {
  /** Levels below the outermost one; the innermost of them holds no further one. */
  readonly levels: number;
  /** Whether a level's result comes in front of what is handed on, in the Concat. */
  readonly isInnerFirst?: boolean;
  /** Input channels of a decoder's weights whose numbers are to be given, by the name of the weight. */
  readonly given?: ReadonlyMap<string, { readonly dims: readonly number[]; readonly values: Float32Array }>;
}

const IMAGE = [1, 3, 32, 32] as const;
const WIDTH = 4;

/** A plain U-Net (Ronneberger et al., arXiv 1505.04597): two convolutions each way at every level. */
export function plainUnet({ levels, isInnerFirst = false, given = new Map() }: UnetOptions): OnnxModel {
  const g = new GraphBuilder('unet', { seed: 6 });
  const conv = (name: string, x: string, out: number): string => {
    const weight = given.get(`${name}.weight`);
    if (!weight) return g.relu(`${name}.relu`, g.conv(name, x, { out, in: g.channelsOf(x) }));
    g.initializer(`${name}.weight`, constantData(weight.dims, weight.values));
    const y = g.node('Conv', [x, `${name}.weight`], { pads: [1, 1, 1, 1] }, { name, channels: out });
    return g.relu(`${name}.relu`, y);
  };
  const level = (depth: number, x: string): string => {
    const out = WIDTH * 2 ** depth;
    const skip = conv(`enc${depth}.b`, conv(`enc${depth}.a`, x, out), out);
    if (depth === levels) return skip;
    const inner = upsample(g, `up${depth}`, level(depth + 1, g.maxPool(`pool${depth}`, skip, { kernel: 2 })));
    const joined = g.concat(`cat${depth}`, isInnerFirst ? [inner, skip] : [skip, inner]);
    return conv(`dec${depth}.b`, conv(`dec${depth}.a`, joined, out), out);
  };
  return g.output(g.conv('head', level(0, g.input('x', 'float32', IMAGE)), { out: 2, kernel: 1 }), { as: 'y' }).build();
}

/** Twice as large, by repeating pixels. */
export function upsample(g: GraphBuilder, name: string, x: string): string {
  const scales = g.initializer(`${name}.scales`, constantData([4], Float32Array.of(1, 1, 2, 2)));
  return g.node('Resize', [x, '', scales], { mode: 'nearest' }, { name, channels: g.channelsOf(x) });
}

/**
 * The generator of pix2pix (Isola et al., arXiv 1611.07004): strided convolutions down, transposed ones up, activations in
 * front of both, and a Concat around every level.
 */
export function pix2pixUnet({ levels }: Pick<UnetOptions, 'levels'>): OnnxModel {
  const g = new GraphBuilder('pix2pix', { seed: 6 });
  const up = (name: string, x: string, out: number): string => {
    const fanIn = g.channelsOf(x);
    const weight = g.heWeights(`${name}.weight`, [fanIn, out, 4, 4], fanIn * 4);
    const attributes = { kernel_shape: [4, 4], strides: [2, 2], pads: [1, 1, 1, 1] };
    return g.node('ConvTranspose', [g.relu(`${name}.relu`, x), weight], attributes, { name, channels: out });
  };
  const level = (depth: number, x: string): string => {
    const skip = g.node(
      'LeakyRelu',
      [x],
      { alpha: { float: 0.2 } },
      { name: `l${depth}.leaky`, channels: g.channelsOf(x) },
    );
    const down = g.conv(`l${depth}.down`, skip, { out: WIDTH * 2 ** depth, kernel: 4, stride: 2, pad: 1 });
    const inner = depth === levels ? down : level(depth + 1, g.batchNorm(`l${depth}.downnorm`, down));
    const risen = g.batchNorm(`l${depth}.upnorm`, up(`l${depth}.up`, inner, g.channelsOf(x)));
    return g.concat(`l${depth}.cat`, [skip, risen]);
  };
  const down = g.conv('l0.down', g.input('x', 'float32', IMAGE), { out: WIDTH, kernel: 4, stride: 2, pad: 1 });
  const y = g.node('Tanh', [up('l0.up', level(1, down), 3)], {}, { name: 'tanh' });
  return g.output(y, { as: 'y' }).build();
}
