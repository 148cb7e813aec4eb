import type { Layers, Size } from './layers.js';

/** ε of the norms in torchvision's inception networks, as in the TensorFlow models that they were ported from. */
const EPSILON = 1e-3;

/** What inception networks are made of: a convolution without bias, its norm (`NAME.conv`, `NAME.bn`) and a Relu. */
export function basicConv(
  layers: Layers,
  x: string,
  name: string,
  options: { in: number; out: number; kernel: Size; stride?: Size; pad?: Size },
): string {
  const y = layers.convNorm(x, { conv: `${name}.conv`, norm: `${name}.bn`, epsilon: EPSILON, ...options });
  return layers.graph.relu(`${name}.relu`, y);
}
