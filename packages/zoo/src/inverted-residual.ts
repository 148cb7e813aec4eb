import { type Activation, activate } from './activations.js';
import { BRANCH_END_GAMMA, GAMMA, type Layers, type Range, scaled } from './layers.js';
import { type SqueezeExcite, squeezeExcite } from './squeeze-excite.js';

/** Names of a convolution, its norm and, where there is one, its activation. */
export interface UnitNames {
  readonly conv: string;
  readonly norm: string;
  readonly activation?: string;
}

/** An inverted residual (Sandler et al., arXiv 1801.04381, figure 4): expand, filter each channel, project without activation. */
export interface InvertedResidual {
  readonly in: number;
  readonly expanded: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride: number;
  readonly activation: Activation;
  /** A gate between the depthwise convolution and the projection. */
  readonly squeeze?: Omit<SqueezeExcite, 'channels'>;
  /** ε of the norms; torch's default when absent. */
  readonly epsilon?: number;
  readonly names: {
    /** Absent in a block that does not expand. */
    readonly expand?: UnitNames;
    readonly depthwise: UnitNames;
    readonly project: UnitNames;
    readonly add: string;
  };
}

/**
 * γ of a norm behind which no activation halves the power of the signal: the next convolution doubles it, as it is drawn
 * for inputs that went through one.
 */
export const LINEAR_END_GAMMA: Range = scaled(GAMMA, Math.SQRT1_2);

/** A gate is about one half, and h-swish and SiLU let less through than Relu; projections make up for it. */
const GATE_GAIN = 2;
const SMOOTH_GAIN = 1.3;

/** Whether its input is added to what it makes. */
export function isResidual(shape: Pick<InvertedResidual, 'in' | 'out' | 'stride'>): boolean {
  return shape.in === shape.out && shape.stride === 1;
}

/** Indices of the blocks that keep their input's shape: those with a shortcut. */
export function residualIndices(shapes: readonly Pick<InvertedResidual, 'in' | 'out' | 'stride'>[]): readonly number[] {
  return shapes.flatMap((shape, index) => (isResidual(shape) ? [index] : []));
}

/** Adds an inverted residual to a graph. Returns what it makes. */
export function invertedResidual(layers: Layers, x: string, block: InvertedResidual): string {
  const { names, expanded, activation, squeeze } = block;
  const epsilon = block.epsilon === undefined ? {} : { epsilon: block.epsilon };
  const unit = (from: string, { conv, norm, activation: act }: UnitNames, window: UnitWindow): string => {
    const y = layers.convNorm(from, { conv, norm, out: expanded, ...window, ...epsilon });
    return act === undefined ? y : activate(layers, y, { name: act, kind: activation });
  };
  const wide = names.expand ? unit(x, names.expand, { in: block.in, kernel: 1 }) : x;
  const { kernel, stride } = block;
  const filtered = unit(wide, names.depthwise, { in: expanded, kernel, stride, group: expanded });
  const gated = squeeze ? squeezeExcite(layers, filtered, { ...squeeze, channels: expanded }) : filtered;
  const gamma = scaled(isResidual(block) ? BRANCH_END_GAMMA : LINEAR_END_GAMMA, gainOf(block));
  const branch = unit(gated, names.project, { in: expanded, out: block.out, kernel: 1, gamma });
  return isResidual(block) ? layers.graph.add(names.add, x, branch) : branch;
}

interface UnitWindow {
  readonly in: number;
  readonly out?: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly group?: number;
  readonly gamma?: Range;
}

function gainOf({ activation, squeeze }: InvertedResidual): number {
  const isSmooth = activation === 'hardswish' || activation === 'silu';
  return (squeeze ? GATE_GAIN : 1) * (isSmooth ? SMOOTH_GAIN : 1);
}
