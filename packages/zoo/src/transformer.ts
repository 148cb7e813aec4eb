import { constantData, type GraphBuilder } from '@espalier/onnx';
import { GAMMA, type Layers, type Range } from './layers.js';

/** Offsets of layer norms and biases; not centred on 0, so that each is felt. */
const OFFSET: Range = [-0.1, 0.2];

/**
 * Size of the weights that end a residual branch, over their usual size: a branch adds some percent to the variance of
 * what passes by it. Attention takes means of many tokens, which makes its result smaller already.
 */
const BRANCH_END_GAIN = { attention: 0.6, feedForward: 0.4 };

export interface DenseOptions {
  readonly name: string;
  readonly in: number;
  readonly out: number;
  /** Size of the weights over that which keeps the power of the signal. */
  readonly gain?: number;
  /** Separates the name of a tensor from that of its layer; `.` when absent. */
  readonly separator?: '.' | '_';
}

/** A linear layer over the last axis of any tensor, as exporters write it: a product with the turned weight, plus the bias. */
export function dense(layers: Layers, x: string, options: DenseOptions): string {
  const { name, out, gain = 1, separator = '.' } = options;
  const bound = gain * Math.sqrt(3 / options.in);
  const weight = layers.parameter(`${name}${separator}weight`, [options.in, out], [-bound, bound]);
  const bias = layers.parameter(`${name}${separator}bias`, [out], OFFSET);
  const product = layers.graph.node('MatMul', [x, weight], {}, { name });
  return layers.graph.node('Add', [bias, product], {}, { name: `${name}.add_bias` });
}

/** A layer norm over the last axis. */
export function layerNorm(
  layers: Layers,
  x: string,
  { name, width, epsilon }: { name: string; width: number; epsilon: number },
): string {
  const scale = layers.parameter(`${name}.weight`, [width], GAMMA);
  const offset = layers.parameter(`${name}.bias`, [width], OFFSET);
  return layers.graph.node(
    'LayerNormalization',
    [x, scale, offset],
    { axis: -1, epsilon: { float: epsilon } },
    { name },
  );
}

/** x · ½ (1 + erf(x / √2)) (Hendrycks and Gimpel, arXiv 1606.08415), spelled out as exporters do. */
export function gelu(graph: GraphBuilder, x: string, name: string): string {
  const divided = graph.node('Div', [x, scalar(graph, `${name}.sqrt2`, Math.SQRT2)], {}, { name: `${name}.div` });
  const erf = graph.node('Erf', [divided], {}, { name: `${name}.erf` });
  const sum = graph.node('Add', [erf, scalar(graph, `${name}.one`, 1)], {}, { name: `${name}.add` });
  const product = graph.node('Mul', [x, sum], {}, { name: `${name}.mul` });
  return graph.node('Mul', [product, scalar(graph, `${name}.half`, 0.5)], {}, { name });
}

/** The two linear layers of an encoder layer, GELU between them. */
export function feedForward(
  layers: Layers,
  x: string,
  { first, second, width, hidden }: { first: string; second: string; width: number; hidden: number },
): string {
  const wide = dense(layers, x, { name: first, in: width, out: hidden });
  const active = gelu(layers.graph, wide, `${first}.gelu`);
  return dense(layers, active, { name: second, in: hidden, out: width, gain: BRANCH_END_GAIN.feedForward });
}

/** Tokens, their width, and the heads among which attention divides it. */
export interface Attended {
  readonly tokens: number;
  readonly width: number;
  readonly heads: number;
}

export interface AttentionOptions extends Attended {
  /** Prefix of its nodes. */
  readonly name: string;
  /** Name of its last linear layer. */
  readonly output: string;
  /** Added to the scores: very negative for tokens that are not to be looked at. */
  readonly mask?: string;
}

/**
 * Attention (Vaswani et al., arXiv 1706.03762, section 3.2), written as exporters do. Queries and values are
 * [batch, heads, tokens, width of a head]; of the keys the last two axes are swapped.
 */
export function attention(
  layers: Layers,
  { queries, keys, values }: { queries: string; keys: string; values: string },
  { name, output, tokens, width, heads, mask }: AttentionOptions,
): string {
  const { graph } = layers;
  const products = graph.node('MatMul', [queries, keys], {}, { name: `${name}.scores` });
  const root = scalar(graph, `${name}.root`, Math.sqrt(width / heads));
  const scaled = graph.node('Div', [products, root], {}, { name: `${name}.scale` });
  const masked = mask === undefined ? scaled : graph.node('Add', [scaled, mask], {}, { name: `${name}.mask` });
  const shares = graph.node('Softmax', [masked], { axis: -1 }, { name: `${name}.softmax` });
  const context = graph.node('MatMul', [shares, values], {}, { name: `${name}.context` });
  const turned = graph.node('Transpose', [context], { perm: [0, 2, 1, 3] }, { name: `${name}.transpose` });
  const shape = graph.ints(`${name}.together.shape`, [-1, tokens, width]);
  const together = graph.node('Reshape', [turned, shape], {}, { name: `${name}.together` });
  return dense(layers, together, { name: output, in: width, out: width, gain: BRANCH_END_GAIN.attention });
}

/** A single number, as a setting of the graph. */
export function scalar(graph: GraphBuilder, name: string, value: number): string {
  return graph.initializer(name, constantData([], Float32Array.of(value)));
}

/** A single index, for a Gather that takes an axis away. */
export function index(graph: GraphBuilder, name: string, value: number): string {
  return graph.initializer(name, constantData([], BigInt64Array.of(BigInt(value))));
}
