import { type Activation, activate } from './activations.js';
import { type InvertedResidual, invertedResidual } from './inverted-residual.js';
import type { Layers } from './layers.js';

/** What torchvision's networks of inverted residuals share: `features.0`, the blocks, one more convolution, the mean. */
export interface MobileTrunk {
  readonly blocks: readonly InvertedResidual[];
  readonly stem: number;
  /** Name and channels of the convolution behind the blocks. */
  readonly last: { readonly name: string; readonly out: number };
  readonly activation: Activation;
  /** ε of the norms; torch's default when absent. */
  readonly epsilon?: number;
}

/** Adds the trunk to a graph, without the blocks in `omit`. Returns the features, [batch, channels of the last convolution]. */
export function mobileTrunk(layers: Layers, x: string, trunk: MobileTrunk, omit: ReadonlySet<number>): string {
  const { blocks, stem, last } = trunk;
  let y = convNormActivation(layers, x, 'features.0', { in: 3, out: stem, kernel: 3, stride: 2, ...trunk });
  blocks.forEach((block, index) => {
    if (!omit.has(index)) y = invertedResidual(layers, y, block);
  });
  const width = blocks.at(-1)?.out ?? stem;
  const wide = convNormActivation(layers, y, last.name, { in: width, out: last.out, kernel: 1, ...trunk });
  return layers.graph.flatten('flatten', layers.graph.globalAveragePool('avgpool', wide));
}

interface Unit extends Pick<MobileTrunk, 'activation' | 'epsilon'> {
  readonly in: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride?: number;
}

/** torchvision's Conv2dNormActivation: `MODULE.0`, `MODULE.1`, `MODULE.2`. */
function convNormActivation(layers: Layers, x: string, module: string, unit: Unit): string {
  const { activation, kernel, stride = 1, out, epsilon } = unit;
  const window = { in: unit.in, out, kernel, stride, ...(epsilon === undefined ? {} : { epsilon }) };
  const y = layers.convNorm(x, { conv: `${module}.0`, norm: `${module}.1`, ...window });
  return activate(layers, y, { name: `${module}.2`, kind: activation });
}
