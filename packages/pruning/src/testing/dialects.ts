import { constantData, GraphBuilder, heValues, type OnnxModel, seededValues } from '@espalier/onnx';

/** How exporters write the parts of a network. The weights of a part follow from its name alone, so dialects compute the same. */
export interface Dialect {
  readonly name: string;
  readonly opset?: number;
  readonly irVersion?: number;
  /** Size of the batch; a name for one that is known at run time only. */
  readonly batch?: number | string;
  readonly writer: (g: GraphBuilder) => Writer;
}

/** Writes parts into a graph; each returns the tensor that it makes. */
interface Writer {
  readonly begin: (x: string) => string;
  /** A convolution with its norm. */
  readonly convNorm: (name: string, x: string, form: ConvForm) => string;
  readonly relu: (name: string, x: string) => string;
  readonly add: (name: string, a: string, b: string) => string;
  readonly maxPool: (name: string, x: string) => string;
  /** Mean over space and a linear layer of `out` units. */
  readonly head: (name: string, x: string, form: { in: number; out: number }) => string;
}

interface ConvForm {
  readonly in: number;
  readonly out: number;
  readonly kernel?: number;
  readonly stride?: number;
}

const SEED = 4;
const EPSILON = 1e-5;
const IMAGE = [3, 8, 8] as const;

/** A stem, residual blocks of widths 8, 8, 12 (with half the resolution) and 12, and a head. Blocks of `omit` are not built. */
export function residualIn(dialect: Dialect, omit: readonly number[] = []): OnnxModel {
  return networkIn(dialect, (w, image) => {
    let x = w.relu('stem.relu', w.convNorm('stem', image, { in: 3, out: 8 }));
    let width = 8;
    for (const [index, out] of [8, 8, 12, 12].entries()) {
      if (!omit.includes(index)) x = residualBlock(w, `b${index}`, x, { in: width, out });
      width = out;
    }
    return w.head('head', x, { in: width, out: 5 });
  });
}

function residualBlock(w: Writer, name: string, x: string, { in: width, out }: { in: number; out: number }): string {
  const stride = width === out ? 1 : 2;
  const inner = w.relu(`${name}.relu1`, w.convNorm(`${name}.c1`, x, { in: width, out, stride }));
  const branch = w.convNorm(`${name}.c2`, inner, { in: out, out });
  const shortcut = width === out ? x : w.convNorm(`${name}.down`, x, { in: width, out, kernel: 1, stride });
  return w.relu(`${name}.relu2`, w.add(`${name}.add`, branch, shortcut));
}

/** Units of widths 8, 8, 12, 12 with a pooling between, and a head. Units of `omit` are not built. */
export function chainIn(dialect: Dialect, omit: readonly number[] = []): OnnxModel {
  return networkIn(dialect, (w, image) => {
    let x = image;
    let width = 3;
    for (const [index, out] of [8, 8, 12, 12].entries()) {
      const unit = { in: width, out };
      if (!omit.includes(index)) x = w.relu(`u${index}.relu`, w.convNorm(`u${index}.conv`, x, unit));
      width = out;
      if (index === 1) x = w.maxPool('pool', x);
    }
    return w.head('head', x, { in: width, out: 5 });
  });
}

function networkIn(dialect: Dialect, network: (w: Writer, image: string) => string): OnnxModel {
  const { opset = 17, irVersion = 8, batch = 1, writer } = dialect;
  const g = new GraphBuilder(dialect.name, { opset, irVersion });
  const w = writer(g);
  const y = network(w, w.begin(g.input('x', 'float32', [batch, ...IMAGE])));
  return g.output(y, { as: 'y' }).build();
}

/** Puts a weight into a graph; returns the tensor to read. */
type Put = (name: string, dims: readonly number[], values: Float32Array) => string;

/** Numbers of the norm behind a convolution. */
interface Norm {
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

function kernelOf(name: string, { in: width, out, kernel = 3 }: ConvForm): { dims: number[]; values: Float32Array } {
  const dims = [out, width, kernel, kernel];
  const fanIn = width * kernel * kernel;
  return { dims, values: heValues(SEED, `${name}.weight`, { length: out * fanIn, fanIn }) };
}

function normOf(name: string, { out }: ConvForm): Norm {
  const draw = (part: string, low: number, high: number): Float32Array =>
    seededValues(`${SEED}/${name}.${part}`, out, low, high);
  return {
    gamma: draw('gamma', 0.5, 1.5),
    beta: draw('beta', -0.2, 0.2),
    mean: draw('mean', -0.2, 0.2),
    variance: draw('var', 0.5, 1.5),
  };
}

/** The norm as a factor and an offset for every channel. */
function affineOf({ gamma, beta, mean, variance }: Norm): { scale: Float32Array; shift: Float32Array } {
  const scale = gamma.map((value, channel) => value / Math.sqrt((variance[channel] ?? 0) + EPSILON));
  const shift = beta.map((value, channel) => value - (scale[channel] ?? 0) * (mean[channel] ?? 0));
  return { scale, shift };
}

function foldedOf(name: string, form: ConvForm): { dims: number[]; values: Float32Array; shift: Float32Array } {
  const { dims, values } = kernelOf(name, form);
  const { scale, shift } = affineOf(normOf(name, form));
  const perFilter = values.length / form.out;
  return { dims, values: values.map((value, index) => value * (scale[Math.floor(index / perFilter)] ?? 0)), shift };
}

function convAttributes(
  { kernel = 3, stride = 1 }: ConvForm,
  pad = Math.floor(kernel / 2),
): Record<string, number | number[]> {
  return { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] };
}

const asInitializer =
  (g: GraphBuilder): Put =>
  (name, dims, values) =>
    g.initializer(name, constantData(dims, values));

/** As torch exports it without folding. */
function torchWriter(g: GraphBuilder, put: Put = asInitializer(g)): Writer {
  return {
    begin: (x) => x,
    convNorm(name, x, form) {
      const { dims, values } = kernelOf(name, form);
      const y = g.node('Conv', [x, put(`${name}.weight`, dims, values)], convAttributes(form), { name });
      const { gamma, beta, mean, variance } = normOf(name, form);
      const parts = Object.entries({ gamma, beta, mean, variance }).map(([part, each]) =>
        put(`${name}.${part}`, [form.out], each),
      );
      return g.node('BatchNormalization', [y, ...parts], { epsilon: { float: EPSILON } }, { name: `${name}.bn` });
    },
    relu: (name, x) => g.node('Relu', [x], {}, { name }),
    add: (name, a, b) => g.node('Add', [a, b], {}, { name }),
    maxPool: (name, x) => g.node('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] }, { name }),
    head(name, x, form) {
      const flat = g.node(
        'Flatten',
        [g.node('GlobalAveragePool', [x], {}, { name: `${name}.pool` })],
        { axis: 1 },
        { name: `${name}.flat` },
      );
      return linear(g, put, name, flat, form);
    },
  };
}

function linear(g: GraphBuilder, put: Put, name: string, x: string, form: { in: number; out: number }): string {
  const weight = put(
    `${name}.weight`,
    [form.out, form.in],
    heValues(SEED, `${name}.weight`, { length: form.out * form.in, fanIn: form.in }),
  );
  const bias = put(`${name}.bias`, [form.out], seededValues(`${SEED}/${name}.bias`, form.out, -0.1, 0.1));
  return g.node('Gemm', [x, weight, bias], { transB: 1 }, { name });
}

/** Norms folded into the convolutions. */
function foldedWriter(g: GraphBuilder, put: Put = asInitializer(g)): Writer {
  return {
    ...torchWriter(g, put),
    convNorm(name, x, form) {
      const { dims, values, shift } = foldedOf(name, form);
      return g.node(
        'Conv',
        [x, put(`${name}.weight`, dims, values), put(`${name}.bias`, [form.out], shift)],
        convAttributes(form),
        { name },
      );
    },
  };
}

/** Bias and norm as products and sums with [C, 1, 1] constants. */
function arithmeticWriter(g: GraphBuilder): Writer {
  const put = asInitializer(g);
  return {
    ...torchWriter(g),
    convNorm(name, x, form) {
      const { dims, values } = kernelOf(name, form);
      const { scale, shift } = affineOf(normOf(name, form));
      const y = g.node('Conv', [x, put(`${name}.weight`, dims, values)], convAttributes(form), { name });
      const scaled = g.node('Mul', [y, put(`${name}.scale`, [form.out, 1, 1], scale)], {}, { name: `${name}.mul` });
      return g.node('Add', [put(`${name}.shift`, [1, form.out, 1, 1], shift), scaled], {}, { name: `${name}.add` });
    },
    // A rectifier with an upper limit, as of TensorFlow's Relu6, that nothing reaches.
    relu(name, x) {
      const zero = put(`${name}.zero`, [], Float32Array.of(0));
      const most = put(`${name}.most`, [], Float32Array.of(1e6));
      const rectified = g.node('Max', [x, zero], {}, { name: `${name}.max` });
      return g.node('Min', [rectified, most], {}, { name: `${name}.min` });
    },
  };
}

/** Caffe2: norms without numbers of their own, then Mul and Add with scales that are unsqueezed; Sum; Reshape. */
function caffe2Writer(g: GraphBuilder): Writer {
  const put: Put = (name, dims, values) => {
    g.input(name, 'float32', dims);
    return g.initializer(name, constantData(dims, values));
  };
  const stretched = (name: string, values: Float32Array): string =>
    g.node('Unsqueeze', [put(name, [values.length], values)], { axes: [1, 2] }, { name: `${name}.unsqueeze` });
  return {
    ...torchWriter(g, put),
    convNorm(name, x, form) {
      const { dims, values } = kernelOf(name, form);
      const { gamma, beta, mean, variance } = normOf(name, form);
      const y = g.node('Conv', [x, put(`${name}.weight`, dims, values)], convAttributes(form), { name });
      const [one, zero] = [new Float32Array(form.out).fill(1), new Float32Array(form.out)];
      const parts = Object.entries({ one, zero, mean, variance }).map(([part, each]) =>
        put(`${name}.${part}`, [form.out], each),
      );
      const normed = g.node(
        'BatchNormalization',
        [y, ...parts],
        { epsilon: { float: EPSILON } },
        { name: `${name}.bn` },
      );
      const scaled = g.node('Mul', [normed, stretched(`${name}.gamma`, gamma)], {}, { name: `${name}.mul` });
      return g.node('Add', [scaled, stretched(`${name}.beta`, beta)], {}, { name: `${name}.shift` });
    },
    relu: (name, x) => g.node('Clip', [x], { min: { float: 0 }, max: { float: 1e6 } }, { name }),
    add: (name, a, b) => g.node('Sum', [a, b], {}, { name }),
    head(name, x, form) {
      const pooled = g.node('GlobalAveragePool', [x], {}, { name: `${name}.pool` });
      const flat = g.node('Reshape', [pooled, g.ints(`${name}.shape`, [1, form.in])], {}, { name: `${name}.reshape` });
      return linear(g, put, name, flat, form);
    },
  };
}

/** TensorFlow: everything in NHWC but convolutions and pools, which are wrapped in Transposes; paddings are nodes. */
function tensorflowWriter(g: GraphBuilder): Writer {
  const put = asInitializer(g);
  const inner = (name: string, x: string): string =>
    g.node('Transpose', [x], { perm: [0, 3, 1, 2] }, { name: `${name}.nchw` });
  const outer = (name: string, x: string): string =>
    g.node('Transpose', [x], { perm: [0, 2, 3, 1] }, { name: `${name}.nhwc` });
  return {
    ...torchWriter(g),
    begin: (x) => outer('input', x),
    convNorm(name, x, form) {
      const { dims, values } = kernelOf(name, form);
      const { scale, shift } = affineOf(normOf(name, form));
      const pad = Math.floor((form.kernel ?? 3) / 2);
      const padded =
        pad === 0
          ? x
          : g.node('Pad', [x, g.ints(`${name}.pads`, [0, pad, pad, 0, 0, pad, pad, 0])], {}, { name: `${name}.pad` });
      const y = g.node('Conv', [inner(name, padded), put(`${name}.weight`, dims, values)], convAttributes(form, 0), {
        name,
      });
      const scaled = g.node(
        'Mul',
        [outer(name, y), put(`${name}.scale`, [form.out], scale)],
        {},
        { name: `${name}.mul` },
      );
      return g.node('Add', [scaled, put(`${name}.shift`, [form.out], shift)], {}, { name: `${name}.add` });
    },
    maxPool: (name, x) => outer(name, torchWriter(g).maxPool(name, inner(name, x))),
    head(name, x, form) {
      const pooled = g.node('ReduceMean', [x], { axes: [1, 2], keepdims: 0 }, { name: `${name}.pool` });
      const weight = heValues(SEED, `${name}.weight`, { length: form.out * form.in, fanIn: form.in });
      const turned = Float32Array.from(
        weight,
        (_, index) => weight[(index % form.out) * form.in + Math.floor(index / form.out)] ?? 0,
      );
      const product = g.node('MatMul', [pooled, put(`${name}.weight`, [form.in, form.out], turned)], {}, { name });
      return g.node(
        'Add',
        [product, put(`${name}.bias`, [form.out], seededValues(`${SEED}/${name}.bias`, form.out, -0.1, 0.1))],
        {},
        { name: `${name}.add` },
      );
    },
  };
}

/** NCHW, with padding as a node of its own in front of each convolution. */
function paddedWriter(g: GraphBuilder): Writer {
  const put = asInitializer(g);
  return {
    ...torchWriter(g),
    convNorm(name, x, form) {
      const { dims, values, shift } = foldedOf(name, form);
      const pad = Math.floor((form.kernel ?? 3) / 2);
      const padded = g.node('Pad', [x], { pads: [0, 0, pad, pad, 0, 0, pad, pad] }, { name: `${name}.pad` });
      return g.node(
        'Conv',
        [padded, put(`${name}.weight`, dims, values), put(`${name}.bias`, [form.out], shift)],
        convAttributes(form, 0),
        { name },
      );
    },
  };
}

/** Paddle: Constant nodes, and a head of ReduceMean, Reshape and MatMul. */
function paddleWriter(g: GraphBuilder): Writer {
  const put: Put = (name, dims, values) => g.constant(name, constantData(dims, values));
  return {
    ...torchWriter(g, put),
    head(name, x, form) {
      const pooled = g.node('AveragePool', [x], { kernel_shape: [4, 4] }, { name: `${name}.pool` });
      const flat = g.node('Reshape', [pooled, g.ints(`${name}.shape`, [0, -1])], {}, { name: `${name}.reshape` });
      return linear(g, put, name, flat, form);
    },
  };
}

/** What converters leave in between: Identity on weights and results, Dropout with its mask, Casts to the same type. */
function noisyWriter(g: GraphBuilder): Writer {
  const put: Put = (name, dims, values) => g.identity(`${name}.same`, g.initializer(name, constantData(dims, values)));
  const plain = torchWriter(g, put);
  return {
    ...plain,
    convNorm: (name, x, form) => g.identity(`${name}.id`, plain.convNorm(name, x, form)),
    relu(name, x) {
      const dropped = g.node(
        'Dropout',
        [plain.relu(name, x)],
        {},
        { name: `${name}.drop`, outputs: [`${name}.kept`, `${name}.mask`] },
      );
      return g.node('Cast', [dropped], { to: 1 }, { name: `${name}.cast` });
    },
  };
}

/** A view in torch: the batch is read from the shape. */
function viewWriter(g: GraphBuilder): Writer {
  return {
    ...torchWriter(g),
    head(name, x, form) {
      const pooled = g.node('GlobalAveragePool', [x], {}, { name: `${name}.pool` });
      const shape = g.node('Shape', [pooled], {}, { name: `${name}.shape` });
      const batch = g.node('Gather', [shape, g.ints(`${name}.first`, [0])], { axis: 0 }, { name: `${name}.batch` });
      const wanted = g.node('Concat', [batch, g.ints(`${name}.rest`, [-1])], { axis: 0 }, { name: `${name}.wanted` });
      return linear(g, asInitializer(g), name, g.node('Reshape', [pooled, wanted], {}, { name: `${name}.view` }), form);
    },
  };
}

const FLOAT16 = 10;
const FLOAT32 = 1;

/** Half precision between casts of the input and the output, as converters do that keep the types of both. */
function halfWriter(g: GraphBuilder): Writer {
  const put: Put = (name, dims, values) => g.initializer(name, constantData(dims, values, { as: 'float16' }));
  const plain = foldedWriter(g, put);
  return {
    ...plain,
    begin: (x) => g.node('Cast', [x], { to: FLOAT16 }, { name: 'input.cast' }),
    head: (name, x, form) => g.node('Cast', [plain.head(name, x, form)], { to: FLOAT32 }, { name: 'output.cast' }),
  };
}

/** Quantised: QuantizeLinear and DequantizeLinear in front of each convolution, and weights of 8 bits. */
function quantisedWriter(g: GraphBuilder): Writer {
  const put = asInitializer(g);
  return {
    ...torchWriter(g),
    convNorm(name, x, form) {
      const { dims, values, shift } = foldedOf(name, form);
      const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127;
      const stored = g.initializer(
        `${name}.weight`,
        constantData(
          dims,
          Int8Array.from(values, (value) => Math.round(value / scale)),
        ),
      );
      const weight = g.node(
        'DequantizeLinear',
        [stored, put(`${name}.scale`, [], Float32Array.of(scale))],
        {},
        { name: `${name}.wdq` },
      );
      const around = [
        put(`${name}.xs`, [], Float32Array.of(0.05)),
        g.initializer(`${name}.xz`, constantData([], Uint8Array.of(128))),
      ];
      const quantised = g.node('QuantizeLinear', [x, ...around], {}, { name: `${name}.q` });
      const real = g.node('DequantizeLinear', [quantised, ...around], {}, { name: `${name}.dq` });
      return g.node('Conv', [real, weight, put(`${name}.bias`, [form.out], shift)], convAttributes(form), { name });
    },
  };
}

/** The one that the others are compared with. */
export const plainDialect: Dialect = { name: 'torch', writer: torchWriter };

/** Ways in which exporters write one network. */
export const dialects: readonly Dialect[] = [
  { name: 'torch with folded norms', writer: foldedWriter },
  { name: 'torch with a dynamic batch and a view', batch: 'batch', opset: 13, writer: viewWriter },
  { name: 'arithmetic norms and Min/Max rectifiers', writer: arithmeticWriter },
  { name: 'caffe2', opset: 9, irVersion: 3, writer: caffe2Writer },
  { name: 'tensorflow in NHWC', opset: 13, writer: tensorflowWriter },
  { name: 'padding nodes', opset: 9, writer: paddedWriter },
  { name: 'paddle', opset: 11, writer: paddleWriter },
  { name: 'identities, dropouts and casts', opset: 11, writer: noisyWriter },
  { name: 'half precision', writer: halfWriter },
  { name: 'quantised', opset: 13, writer: quantisedWriter },
];
