import { constantData, GraphBuilder, seededValues } from '@espalier/onnx';

/** Bounds of a uniform draw. */
export type Range = readonly [low: number, high: number];

/** Part of a variance that a batch normalisation adds before it divides: torch's default. */
const EPSILON = 1e-5;

/** Ranges of the random statistics. None is centred on the value that would make its part of the layer vanish. */
const BETA: Range = [-0.1, 0.2];
const MEAN: Range = [-0.1, 0.2];
const VARIANCE: Range = [0.6, 1.4];

/** Biases of layers that no norm follows. */
const BIAS: Range = [-0.1, 0.1];

/** Convolutions are up to √2 smaller or larger than usual. */
const GAIN_EXPONENT: Range = [-0.5, 0.5];

/** γ of an ordinary normalisation: its mean square is close to 1, so signals neither grow nor die. */
export const GAMMA: Range = [0.6, 1.4];

/**
 * γ of the normalisation that ends a residual branch. A branch then adds some percent to the variance of what passes by
 * it, so that activations stay of one size through a hundred layers of random weights, yet every branch is felt.
 */
export const BRANCH_END_GAMMA: Range = [0.1, 0.3];

/** One number for both directions, or height and width. */
export type Size = number | readonly [height: number, width: number];

/** Part of a wider input: a layer that lost one of the tensors it read keeps the weights that it had for the rest. */
export interface InputPart {
  /** Channels of the whole input. */
  readonly of: number;
  /** First of them that is still there. */
  readonly from: number;
}

interface Window {
  readonly in: number;
  readonly out: number;
  /** Where `in` is only a part of the channels that the weights were made for. */
  readonly part?: InputPart;
  readonly kernel: Size;
  readonly stride?: Size;
  /** On both sides; half the kernel, rounded down, when absent. */
  readonly pad?: Size;
  readonly dilation?: number;
  readonly group?: number;
}

export interface ConvNormOptions extends Window {
  readonly conv: string;
  readonly norm: string;
  readonly gamma?: Range;
  readonly epsilon?: number;
  /** Whether the convolution has a bias although a norm follows; false when absent. */
  readonly bias?: boolean;
}

export interface ConvOptions extends Window {
  readonly name: string;
  /** True when absent. */
  readonly bias?: boolean;
}

export interface ConvTransposeOptions {
  readonly name: string;
  readonly in: number;
  readonly out: number;
  readonly part?: InputPart;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly bias: boolean;
  /** Size of the weights over the usual size. */
  readonly gain?: number;
}

export interface LayersOptions {
  readonly seed: string | number;
  /** `folded`: norms that follow a convolution are merged into it. */
  readonly batchNorm: 'kept' | 'folded';
  /** `zero`: nothing is drawn, and memory that is never written costs nothing: for questions of names, shapes and sizes. */
  readonly weights: 'random' | 'zero';
}

const pair = (size: Size): readonly [number, number] => (typeof size === 'number' ? [size, size] : size);

/** The range with both ends multiplied. */
export const scaled = ([low, high]: Range, factor: number): Range => [low * factor, high * factor];

/**
 * The layers that networks are made of, with seeded weights named as in torch's state dictionaries. What a
 * tensor holds depends on the seed and its own name alone, so a network without some block has the same weights elsewhere.
 */
export class Layers {
  readonly graph: GraphBuilder;
  readonly #seed: string | number;
  readonly #batchNorm: 'kept' | 'folded';
  readonly #weights: 'random' | 'zero';

  constructor(graph: GraphBuilder, { seed, batchNorm, weights }: LayersOptions) {
    this.graph = graph;
    this.#seed = seed;
    this.#batchNorm = batchNorm;
    this.#weights = weights;
  }

  /** A convolution and its batch normalisation; as one convolution with bias where norms are folded. */
  convNorm(x: string, options: ConvNormOptions): string {
    const { conv, norm, out, gamma = GAMMA, epsilon = EPSILON, bias = false } = options;
    const gain = this.#gainOf(conv);
    const { dims, values: weights } = this.#filters(`${conv}.weight`, options, gain);
    const ownBias = bias ? this.#draw(`${conv}.bias`, out, scaled(BIAS, gain)) : undefined;
    const statistics = this.#statistics(norm, out, { gamma, gain, epsilon });
    const isFolded = this.#batchNorm === 'folded';
    const biases = isFolded ? foldInto(weights, statistics, ownBias) : ownBias;
    const tensors = [this.#weight(`${conv}.weight`, dims, weights)];
    if (biases) tensors.push(this.#weight(`${conv}.bias`, [out], biases));
    const y = this.#conv(x, conv, options, tensors);
    return isFolded ? y : this.#norm(y, norm, statistics);
  }

  /** A batch normalisation that follows no convolution, so that nothing can fold it; its input has variance of about 1. */
  norm(x: string, { name, channels, gamma = GAMMA }: { name: string; channels: number; gamma?: Range }): string {
    return this.#norm(x, name, this.#statistics(name, channels, { gamma, gain: 1, epsilon: EPSILON }));
  }

  /** A convolution that no norm follows, with bias unless that is not wanted; made for a Relu behind it. */
  conv(x: string, options: ConvOptions): string {
    const { name, out, bias = true } = options;
    const { dims, values } = this.#filters(`${name}.weight`, options, 1);
    const weights = [this.#weight(`${name}.weight`, dims, values)];
    if (bias) weights.push(this.#drawn(`${name}.bias`, [out], BIAS));
    return this.#conv(x, name, options, weights);
  }

  /** A transposed convolution that no norm can be merged into, made for inputs that went through a Relu. */
  convTranspose(x: string, options: ConvTransposeOptions): string {
    const { name, out, kernel, stride, pad, bias, gain = 1, part = { of: options.in, from: 0 } } = options;
    const perChannel = out * kernel ** 2;
    const bound = gain * Math.sqrt((6 * stride ** 2) / (part.of * kernel ** 2)); // a pixel reads every stride-th tap each way
    const values = this.#draw(`${name}.weight`, part.of * perChannel, [-bound, bound]);
    const kept = values.subarray(part.from * perChannel, (part.from + options.in) * perChannel);
    const weights = [this.#weight(`${name}.weight`, [options.in, out, kernel, kernel], kept)];
    if (bias) weights.push(this.#drawn(`${name}.bias`, [out], BIAS));
    const attributes = {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
      dilations: [1, 1],
      group: 1,
    };
    return this.graph.node('ConvTranspose', [x, ...weights], attributes, { name });
  }

  /** Weights of a convolution, of variance 2 / fan-in (He et al., arXiv 1502.01852), uniform, times `gain` each. */
  #filters(name: string, options: Window, gain: number): { dims: readonly number[]; values: Float32Array } {
    const { part = { of: options.in, from: 0 } } = options;
    const whole = filterDims({ ...options, in: part.of });
    const bound = gain * Math.sqrt(6 / fanInOf(whole));
    const values = this.#draw(name, elementCount(whole), [-bound, bound]);
    if (part.of === options.in) return { dims: whole, values };
    const perFilter = fanInOf(whole);
    const perChannel = perFilter / part.of;
    const dims = filterDims(options);
    const kept = new Float32Array(elementCount(dims));
    for (let filter = 0; filter < options.out; filter++) {
      const start = filter * perFilter + part.from * perChannel;
      kept.set(values.subarray(start, start + options.in * perChannel), filter * options.in * perChannel);
    }
    return { dims, values: kept };
  }

  /**
   * Size of a convolution's weights over their usual size. In a trained network it differs from layer to layer, which is what
   * criteria by norm see; the normalisation that follows takes it out again, so what the layer computes does not change.
   */
  #gainOf(conv: string): number {
    const [exponent = 0] = this.#draw(`${conv}.gain`, 1, GAIN_EXPONENT);
    return 2 ** exponent;
  }

  /**
   * A fully connected layer, with bias unless that is not wanted; `relu` tells that one follows, which halves the signal's
   * power.
   */
  linear(x: string, options: { name: string; in: number; out: number; relu?: boolean; bias?: boolean }): string {
    const { name, out, relu = false, bias = true } = options;
    const bound = Math.sqrt((relu ? 6 : 3) / options.in); // variance 1 / fan-in, or 2 / fan-in before a Relu
    const weights = [this.#drawn(`${name}.weight`, [out, options.in], [-bound, bound])];
    if (bias) weights.push(this.#drawn(`${name}.bias`, [out], BIAS));
    return this.graph.node('Gemm', [x, ...weights], { transB: 1 }, { name });
  }

  /** A trained tensor that no other method makes, uniform in `range`: an embedding, a token, the scales of a norm. */
  parameter(name: string, dims: readonly number[], range: Range): string {
    return this.#drawn(name, dims, range);
  }

  #conv(x: string, name: string, { kernel, stride = 1, dilation = 1, ...options }: Window, weights: string[]): string {
    const [height, width] = pair(kernel);
    const [vertical, horizontal] = pair(options.pad ?? [Math.floor(height / 2), Math.floor(width / 2)]);
    const attributes = {
      kernel_shape: [height, width],
      strides: pair(stride),
      pads: [vertical, horizontal, vertical, horizontal],
      dilations: [dilation, dilation],
      group: options.group ?? 1,
    };
    return this.graph.node('Conv', [x, ...weights], attributes, { name });
  }

  #norm(x: string, name: string, { gamma, beta, mean, variance, epsilon }: Statistics): string {
    const dims = [gamma.length];
    const parameters = [
      this.#weight(`${name}.weight`, dims, gamma),
      this.#weight(`${name}.bias`, dims, beta),
      this.#weight(`${name}.running_mean`, dims, mean),
      this.#weight(`${name}.running_var`, dims, variance),
    ];
    return this.graph.node('BatchNormalization', [x, ...parameters], { epsilon: { float: epsilon } }, { name });
  }

  #statistics(
    name: string,
    channels: number,
    { gamma, gain, epsilon }: { gamma: Range; gain: number; epsilon: number },
  ): Statistics {
    return {
      epsilon,
      gamma: this.#draw(`${name}.weight`, channels, gamma),
      beta: this.#draw(`${name}.bias`, channels, BETA),
      mean: this.#draw(`${name}.running_mean`, channels, scaled(MEAN, gain)),
      variance: this.#draw(`${name}.running_var`, channels, scaled(VARIANCE, gain ** 2)),
    };
  }

  #drawn(name: string, dims: readonly number[], range: Range): string {
    return this.#weight(name, dims, this.#draw(name, elementCount(dims), range));
  }

  #draw(name: string, length: number, [low, high]: Range): Float32Array {
    if (this.#weights === 'zero') return new Float32Array(length);
    return seededValues(`${this.#seed}/${name}`, length, low, high);
  }

  #weight(name: string, dims: readonly number[], values: Float32Array): string {
    return this.graph.initializer(name, constantData(dims, values));
  }
}

/** Shape of a convolution's weights. */
function filterDims({ out, kernel, group = 1, ...options }: Window): readonly number[] {
  return [out, options.in / group, ...pair(kernel)];
}

/** What one filter reads. */
function fanInOf([, ...perFilter]: readonly number[]): number {
  return elementCount(perFilter);
}

function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

interface Statistics {
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly epsilon: number;
}

/**
 * Folds a normalisation into the convolution before it, in place: with s = γ / √(variance + ε), every filter is scaled
 * by its s, and the bias that is returned is β + s · (bias − mean).
 */
function foldInto(
  weights: Float32Array,
  { gamma, beta, mean, variance, epsilon }: Statistics,
  bias: Float32Array | undefined,
): Float32Array {
  const perFilter = weights.length / gamma.length;
  return gamma.map((scale, filter) => {
    const s = scale / Math.sqrt((variance[filter] ?? 0) + epsilon);
    const start = filter * perFilter;
    for (let index = start; index < start + perFilter; index++) weights[index] = (weights[index] ?? 0) * s;
    return (beta[filter] ?? 0) + s * ((bias?.[filter] ?? 0) - (mean[filter] ?? 0));
  });
}
