import { constantData, GraphBuilder, type OnnxModel, seededValues } from '@espalier/onnx';
import { CHANNELS, type DigitNetwork, type Layer } from './digit-network.js';
import { SIDE } from './mnist.js';

const EPSILON = 1e-5;

function convolution(g: GraphBuilder, name: string, x: string, weights: Float32Array, stride: number): string {
  const ins = weights.length / (CHANNELS * 9);
  const tensor = g.initializer(`${name}.weight`, constantData([CHANNELS, ins, 3, 3], weights));
  const attributes = { kernel_shape: [3, 3], strides: [stride, stride], pads: [1, 1, 1, 1] };
  return g.node('Conv', [x, tensor], attributes, { name, channels: CHANNELS });
}

/** A convolution and a norm that together compute the convolution and its bias: γ = √(v + ε) and β = bias + mean. */
function normed(g: GraphBuilder, name: string, x: string, { weights, bias }: Layer, stride = 1): string {
  const conv = convolution(g, `${name}.conv`, x, weights, stride);
  const mean = seededValues(`${name}/mean`, CHANNELS, -0.5, 0.5);
  const variance = seededValues(`${name}/variance`, CHANNELS, 0.5, 2);
  const vectors = [
    variance.map((each) => Math.sqrt(each + EPSILON)),
    mean.map((each, channel) => each + (bias[channel] ?? 0)),
    mean,
    variance,
  ].map((values, index) => g.initializer(`${name}.bn.${index}`, constantData([CHANNELS], values)));
  const attributes = { epsilon: { float: EPSILON } };
  return g.node('BatchNormalization', [conv, ...vectors], attributes, { name: `${name}.bn`, channels: CHANNELS });
}

function block(g: GraphBuilder, name: string, x: string, [first, second]: readonly [Layer, Layer]): string {
  const hidden = g.relu(`${name}.relu1`, normed(g, `${name}.first`, x, first));
  return g.relu(`${name}.relu2`, g.add(`${name}.add`, x, normed(g, `${name}.second`, hidden, second)));
}

/** A block whose branch is scaled to zero: it was made useless. */
function uselessBlock(g: GraphBuilder, name: string, x: string): string {
  const hidden = g.relu(`${name}.relu1`, g.batchNorm(`${name}.bn1`, g.conv(`${name}.conv1`, x, { out: CHANNELS })));
  const none = { gamma: [0, 0], beta: [0, 0] } as const;
  const branch = g.batchNorm(`${name}.bn2`, g.conv(`${name}.conv2`, hidden, { out: CHANNELS }), none);
  return g.relu(`${name}.relu2`, g.add(`${name}.add`, x, branch));
}

/** Where a block whose branch is scaled to zero is put: behind so many of the trained ones. */
export interface DigitModelOptions {
  readonly uselessBehind?: number;
  readonly batch?: number | 'batch';
  readonly softmax?: boolean;
}

/** A trained network as a model, with norms that are not folded: input `x`, output `y`. */
export function digitModel(network: DigitNetwork, options: DigitModelOptions = {}): OnnxModel {
  const { uselessBehind, batch = 'batch', softmax = false } = options;
  const g = new GraphBuilder('digits', { seed: 3 });
  let x = g.input('x', 'float32', [batch, 1, SIDE, SIDE]);
  x = g.relu('stem.relu', normed(g, 'stem', x, network.stem, 2));
  for (const [index, layers] of network.blocks.entries()) {
    if (index === uselessBehind) x = uselessBlock(g, 'useless', x);
    x = block(g, `block${index}`, x, layers);
  }
  if (uselessBehind === network.blocks.length) x = uselessBlock(g, 'useless', x);
  const { weights, bias } = network.head;
  const matrix = g.initializer('head.weight', constantData([bias.length, weights.length / bias.length], weights));
  const offsets = g.initializer('head.bias', constantData([bias.length], bias));
  const logits = g.node('Gemm', [g.flatten('flatten', x), matrix, offsets], { transB: 1 }, { name: 'head' });
  return g
    .output(softmax ? g.node('Softmax', [logits], { axis: 1 }, { name: 'softmax' }) : logits, { as: 'y' })
    .build();
}
