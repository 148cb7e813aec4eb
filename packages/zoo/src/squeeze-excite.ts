import { type Activation, activate } from './activations.js';
import type { Layers } from './layers.js';

/** Squeeze-and-excitation (Hu et al., arXiv 1709.01507): a factor for each channel that follows from the means of all. */
export interface SqueezeExcite {
  /** Its convolutions are `NAME.fc1` and `NAME.fc2`. */
  readonly name: string;
  readonly channels: number;
  /** Channels between its two convolutions. */
  readonly width: number;
  readonly activation: Activation;
  readonly gate: 'sigmoid' | 'hardsigmoid';
}

/** Adds a gate to a graph. Returns the gated tensor. */
export function squeezeExcite(layers: Layers, x: string, options: SqueezeExcite): string {
  const { name, channels, width, activation, gate } = options;
  const { graph } = layers;
  const means = graph.globalAveragePool(`${name}.avgpool`, x);
  const squeezed = layers.conv(means, { name: `${name}.fc1`, in: channels, out: width, kernel: 1 });
  const active = activate(layers, squeezed, { name: `${name}.activation`, kind: activation });
  const excited = layers.conv(active, { name: `${name}.fc2`, in: width, out: channels, kernel: 1 });
  const scaleName = `${name}.scale_activation`;
  const factor =
    gate === 'sigmoid'
      ? graph.node('Sigmoid', [excited], {}, { name: scaleName })
      : graph.node('HardSigmoid', [excited], { alpha: { float: 1 / 6 } }, { name: scaleName });
  return graph.node('Mul', [factor, x], {}, { name: `${name}.mul` });
}
