import { create } from '@bufbuild/protobuf';
import { type AttributeValue, attributeProto } from './attribute-proto.js';
import { type ConstantData, constantData, tensorProto } from './constant-data.js';
import type { ElementType } from './element-type.js';
import { OnnxError } from './errors.js';
import { modelFromProto, type OnnxModel } from './model.js';
import {
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
} from './proto/onnx_pb.js';
import { heValues, seededValues } from './random.js';
import { type ValueInfo, valueInfoProto } from './value-info.js';

/** Version of the file format: old enough for any runtime in use, new enough to leave weights out of the inputs (4). */
const IR_VERSION = 8;

export interface BuilderOptions {
  /** Version of the ONNX operators. */
  readonly opset?: number;
  readonly irVersion?: number;
  /** Seed of all weights; a tensor's values follow from seed and name, so the same layer has them in every graph. */
  readonly seed?: string | number;
}

export interface ConvOptions {
  /** Filters. */
  readonly out: number;
  /** Channels of the input; known for everything that this builder made. */
  readonly in?: number;
  readonly kernel?: number;
  readonly stride?: number;
  /** On each side; half the kernel, rounded down, when absent. */
  readonly pad?: number;
  readonly group?: number;
  readonly bias?: boolean;
}

export interface PoolOptions {
  readonly kernel: number;
  readonly stride?: number;
  readonly pad?: number;
  /** Whether a window that begins inside the image but ends beyond it counts: the size is rounded up. */
  readonly ceil?: boolean;
}

/** Ranges from which the four vectors of a batch normalisation are drawn. */
export interface BatchNormOptions {
  readonly gamma?: readonly [number, number];
  readonly beta?: readonly [number, number];
  readonly mean?: readonly [number, number];
  readonly variance?: readonly [number, number];
  readonly epsilon?: number;
}

/**
 * Builds a graph node by node, in order. Every method that makes a layer takes the name of its node and the name of the
 * tensor it reads, and returns the name of the tensor it makes (`NAME_out`). Weights are random, from seed and name.
 */
export class GraphBuilder {
  readonly #graph: GraphProto;
  readonly #opset: number;
  readonly #irVersion: number;
  readonly #seed: string | number;
  readonly #channels = new Map<string, number>();

  constructor(name: string, { opset = 17, irVersion = IR_VERSION, seed = 0 }: BuilderOptions = {}) {
    this.#graph = create(GraphProtoSchema, { name });
    this.#opset = opset;
    this.#irVersion = irVersion;
    this.#seed = seed;
  }

  /** Declares an input; a string among `dims` is the name of a size that is known at run time only. */
  input(name: string, elementType: ElementType, dims: NonNullable<ValueInfo['dims']>): string {
    this.#graph.input.push(valueInfoProto(name, elementType, dims));
    const [, channels] = dims;
    return this.#withChannels(name, typeof channels === 'number' ? channels : undefined);
  }

  /** Makes a tensor an output of the graph; `as` gives it another name everywhere. */
  output(
    tensor: string,
    {
      as = tensor,
      elementType = 'float32',
      dims,
    }: { as?: string; elementType?: ElementType; dims?: ValueInfo['dims'] } = {},
  ): this {
    if (as !== tensor) this.#rename(tensor, as);
    this.#graph.output.push(valueInfoProto(as, elementType, dims));
    return this;
  }

  /** Adds a weight of given values. */
  initializer(name: string, data: ConstantData): string {
    this.#graph.initializer.push(tensorProto(name, data));
    return name;
  }

  /** Adds a weight with values uniform in [low, high). */
  uniform(name: string, dims: readonly number[], [low, high]: readonly [number, number]): string {
    const length = dims.reduce((product, dim) => product * dim, 1);
    return this.initializer(name, constantData(dims, seededValues(`${this.#seed}/${name}`, length, low, high)));
  }

  /** Adds a weight as He et al. initialise layers before a Relu: variance 2 / fan-in (arXiv 1502.01852), uniform. */
  heWeights(name: string, dims: readonly number[], fanIn: number): string {
    const length = dims.reduce((product, dim) => product * dim, 1);
    return this.initializer(name, constantData(dims, heValues(this.#seed, name, { length, fanIn })));
  }

  /** Adds a list of 64-bit integers, as shapes, axes and slices want it. */
  ints(name: string, values: readonly number[]): string {
    return this.initializer(name, constantData([values.length], BigInt64Array.from(values, BigInt)));
  }

  /** Adds a Constant node. */
  constant(name: string, data: ConstantData): string {
    return this.node('Constant', [], { value: tensorProto('', data) }, { name });
  }

  /** Adds any node and returns its first output. `channels` tells later layers how wide that is. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    {
      name = '',
      outputs = [`${name}_out`],
      domain = '',
      channels,
    }: { name?: string; outputs?: readonly string[]; domain?: string; channels?: number } = {},
  ): string {
    const attribute = Object.entries(attributes).map(([key, value]) => attributeProto(key, value));
    this.#graph.node.push(
      create(NodeProtoSchema, { opType, name, domain, input: [...inputs], output: [...outputs], attribute }),
    );
    return this.#withChannels(outputs[0] ?? '', channels);
  }

  conv(name: string, x: string, options: ConvOptions): string {
    const { out, kernel = 3, stride = 1, pad = Math.floor(kernel / 2), group = 1, bias = false } = options;
    const perGroup = (options.in ?? this.channelsOf(x)) / group;
    const weights = [this.heWeights(`${name}.weight`, [out, perGroup, kernel, kernel], perGroup * kernel * kernel)];
    if (bias) weights.push(this.uniform(`${name}.bias`, [out], [-0.1, 0.1]));
    const attributes = {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
      dilations: [1, 1],
      group,
    };
    return this.node('Conv', [x, ...weights], attributes, { name, channels: out });
  }

  batchNorm(
    name: string,
    x: string,
    {
      gamma = [0.5, 1.5],
      beta = [-0.2, 0.2],
      mean = [-0.2, 0.2],
      variance = [0.5, 1.5],
      epsilon = 1e-5,
    }: BatchNormOptions = {},
  ): string {
    const channels = this.channelsOf(x);
    const parameters = [
      this.uniform(`${name}.weight`, [channels], gamma),
      this.uniform(`${name}.bias`, [channels], beta),
      this.uniform(`${name}.running_mean`, [channels], mean),
      this.uniform(`${name}.running_var`, [channels], variance),
    ];
    return this.node('BatchNormalization', [x, ...parameters], { epsilon: { float: epsilon } }, { name, channels });
  }

  relu(name: string, x: string): string {
    return this.node('Relu', [x], {}, { name, ...this.#widthOf(x) });
  }

  add(name: string, a: string, b: string): string {
    return this.node('Add', [a, b], {}, { name, ...this.#widthOf(a) });
  }

  identity(name: string, x: string): string {
    return this.node('Identity', [x], {}, { name, ...this.#widthOf(x) });
  }

  maxPool(name: string, x: string, options: PoolOptions): string {
    return this.node('MaxPool', [x], poolAttributes(options), { name, ...this.#widthOf(x) });
  }

  /** Means of windows; zeros of the border count, as they do by default in torch. */
  averagePool(name: string, x: string, options: PoolOptions): string {
    const attributes = { ...poolAttributes(options), count_include_pad: 1 };
    return this.node('AveragePool', [x], attributes, { name, ...this.#widthOf(x) });
  }

  globalAveragePool(name: string, x: string): string {
    return this.node('GlobalAveragePool', [x], {}, { name, ...this.#widthOf(x) });
  }

  /** Flattens all but the batch; the result is as wide as the input has channels, which holds after global pooling. */
  flatten(name: string, x: string): string {
    return this.node('Flatten', [x], { axis: 1 }, { name, ...this.#widthOf(x) });
  }

  /** A fully connected layer; its weight has shape [out, in]. */
  gemm(name: string, x: string, options: { out: number; in?: number }): string {
    const fanIn = options.in ?? this.channelsOf(x);
    const weight = this.heWeights(`${name}.weight`, [options.out, fanIn], fanIn);
    const bias = this.uniform(`${name}.bias`, [options.out], [-0.1, 0.1]);
    return this.node('Gemm', [x, weight, bias], { transB: 1 }, { name, channels: options.out });
  }

  /** Concatenates along the channels. */
  concat(name: string, inputs: readonly string[]): string {
    const channels = inputs.reduce((sum, input) => sum + this.channelsOf(input), 0);
    return this.node('Concat', inputs, { axis: 1 }, { name, channels });
  }

  /** Channels of a tensor that this builder made. @throws OnnxError `builder-misuse` when it cannot know */
  channelsOf(tensor: string): number {
    const channels = this.#channels.get(tensor);
    if (channels === undefined) {
      throw new OnnxError('builder-misuse', `the number of channels of ${JSON.stringify(tensor)} is not known`, {
        hint: 'pass `in`, or `channels` where the tensor is made',
      });
    }
    return channels;
  }

  /** The graph as a message: the body of an If, Loop or Scan. */
  toGraph(): GraphProto {
    return this.#graph;
  }

  /** The model as a message, unchecked: for tests of what is refused. */
  toProto(): ModelProto {
    return create(ModelProtoSchema, {
      irVersion: BigInt(this.#irVersion),
      producerName: 'espalier',
      opsetImport: [{ version: BigInt(this.#opset) }],
      graph: this.#graph,
    });
  }

  /** The checked model. @throws OnnxError as `decodeModel` does */
  build(): OnnxModel {
    return modelFromProto(this.toProto(), undefined);
  }

  #withChannels(tensor: string, channels: number | undefined): string {
    if (channels !== undefined) this.#channels.set(tensor, channels);
    return tensor;
  }

  #widthOf(tensor: string): { channels?: number } {
    const channels = this.#channels.get(tensor);
    return channels === undefined ? {} : { channels };
  }

  #rename(from: string, to: string): void {
    for (const node of this.#graph.node) {
      node.input = node.input.map((name) => (name === from ? to : name));
      node.output = node.output.map((name) => (name === from ? to : name));
    }
    this.#withChannels(to, this.#channels.get(from));
  }
}

function poolAttributes({ kernel, stride = kernel, pad = 0, ceil = false }: PoolOptions) {
  const attributes = { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] };
  return ceil ? { ...attributes, ceil_mode: 1 } : attributes;
}
