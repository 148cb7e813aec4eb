import { constantData, GraphBuilder, seededValues } from '@espalier/onnx';

type Range = readonly [low: number, high: number];

/** Part of a variance that a batch normalisation adds before it divides: torch's default. */
const EPSILON = 1e-5;

/** Ranges of the random statistics. None is centred on the value that would make its part of the layer vanish. */
const BETA: Range = [-0.1, 0.2];
const MEAN: Range = [-0.1, 0.2];
const VARIANCE: Range = [0.6, 1.4];

/** Convolutions are up to √2 smaller or larger than usual. */
const GAIN_EXPONENT: Range = [-0.5, 0.5];

/** γ of an ordinary normalisation: its mean square is close to 1, so signals neither grow nor die. */
export const GAMMA: Range = [0.6, 1.4];

/**
 * γ of the normalisation that ends a residual branch. A branch then adds some percent to the variance of what passes by
 * it, so that activations stay of one size through a hundred layers of random weights, yet every branch is felt.
 */
export const BRANCH_END_GAMMA: Range = [0.1, 0.3];

export interface ConvNormOptions {
  readonly conv: string;
  readonly norm: string;
  readonly in: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly gamma?: Range;
}

const scaled = ([low, high]: Range, factor: number): Range => [low * factor, high * factor];

/**
 * The layers that residual networks are made of, with seeded weights named as in torch's state dictionaries. What a
 * tensor holds depends on the seed and its own name alone, so a network without some block has the same weights elsewhere.
 */
export class Layers {
  readonly graph: GraphBuilder;
  readonly #seed: string | number;
  readonly #batchNorm: 'kept' | 'folded';

  constructor(graph: GraphBuilder, { seed, batchNorm }: { seed: string | number; batchNorm: 'kept' | 'folded' }) {
    this.graph = graph;
    this.#seed = seed;
    this.#batchNorm = batchNorm;
  }

  /** A convolution without bias and its batch normalisation; as one convolution with bias where norms are folded. */
  convNorm(x: string, options: ConvNormOptions): string {
    const { conv, norm, out, kernel, gamma = GAMMA } = options;
    const fanIn = options.in * kernel * kernel;
    const gain = this.#gainOf(conv);
    const bound = gain * Math.sqrt(6 / fanIn); // variance 2 / fan-in (He et al., arXiv 1502.01852), uniform
    const weights = this.#draw(`${conv}.weight`, out * fanIn, [-bound, bound]);
    const statistics = {
      gamma: this.#draw(`${norm}.weight`, out, gamma),
      beta: this.#draw(`${norm}.bias`, out, BETA),
      mean: this.#draw(`${norm}.running_mean`, out, scaled(MEAN, gain)),
      variance: this.#draw(`${norm}.running_var`, out, scaled(VARIANCE, gain ** 2)),
    };
    if (this.#batchNorm === 'folded') {
      const bias = foldInto(weights, statistics);
      return this.#conv(x, options, [
        this.#weight(`${conv}.weight`, [out, options.in, kernel, kernel], weights),
        this.#weight(`${conv}.bias`, [out], bias),
      ]);
    }
    const y = this.#conv(x, options, [this.#weight(`${conv}.weight`, [out, options.in, kernel, kernel], weights)]);
    const parameters = [
      this.#weight(`${norm}.weight`, [out], statistics.gamma),
      this.#weight(`${norm}.bias`, [out], statistics.beta),
      this.#weight(`${norm}.running_mean`, [out], statistics.mean),
      this.#weight(`${norm}.running_var`, [out], statistics.variance),
    ];
    return this.graph.node('BatchNormalization', [y, ...parameters], { epsilon: { float: EPSILON } }, { name: norm });
  }

  /**
   * Size of a convolution's weights over their usual size. In a trained network it differs from layer to layer, which is what
   * criteria by norm see; the normalisation that follows takes it out again, so what the layer computes does not change.
   */
  #gainOf(conv: string): number {
    const [exponent = 0] = this.#draw(`${conv}.gain`, 1, GAIN_EXPONENT);
    return 2 ** exponent;
  }

  /** A fully connected layer with bias. */
  linear(x: string, { name, in: fanIn, out }: { name: string; in: number; out: number }): string {
    const bound = Math.sqrt(3 / fanIn); // variance 1 / fan-in: no Relu follows
    const weight = this.#weight(
      `${name}.weight`,
      [out, fanIn],
      this.#draw(`${name}.weight`, out * fanIn, [-bound, bound]),
    );
    const bias = this.#weight(`${name}.bias`, [out], this.#draw(`${name}.bias`, out, [-0.1, 0.1]));
    return this.graph.node('Gemm', [x, weight, bias], { transB: 1 }, { name });
  }

  #conv(x: string, { conv, kernel, stride = 1 }: ConvNormOptions, weights: readonly string[]): string {
    const pad = Math.floor(kernel / 2);
    const attributes = {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
      dilations: [1, 1],
      group: 1,
    };
    return this.graph.node('Conv', [x, ...weights], attributes, { name: conv });
  }

  #draw(name: string, length: number, [low, high]: Range): Float32Array {
    return seededValues(`${this.#seed}/${name}`, length, low, high);
  }

  #weight(name: string, dims: readonly number[], values: Float32Array): string {
    return this.graph.initializer(name, constantData(dims, values));
  }
}

interface Statistics {
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/**
 * Folds a normalisation into the convolution before it, in place: with s = γ / √(variance + ε), every filter is scaled
 * by its s, and the bias that is returned is β − s · mean.
 */
function foldInto(weights: Float32Array, { gamma, beta, mean, variance }: Statistics): Float32Array {
  const perFilter = weights.length / gamma.length;
  return gamma.map((scale, filter) => {
    const s = scale / Math.sqrt((variance[filter] ?? 0) + EPSILON);
    const start = filter * perFilter;
    for (let index = start; index < start + perFilter; index++) weights[index] = (weights[index] ?? 0) * s;
    return (beta[filter] ?? 0) - s * (mean[filter] ?? 0);
  });
}
