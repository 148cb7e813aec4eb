import type { GraphNode } from '@espalier/onnx';
import type { Axis } from '../channels.js';
import { quoted, type Trace } from '../trace.js';
import type { Rule, Rules } from './rule.js';

/** Every entry of the output comes from the same entry of the first operand. */
export const handOn: Rule = (node, trace) => {
  const axes = trace.axesOf(node.inputs[0] ?? '');
  for (const output of node.outputs) trace.setAxes(output, axes);
};

/** Entry by entry, with operands that are stretched along axes of length 1. */
export const combine: Rule = (node, trace) => {
  const axes = broadcastAxes(node, trace, [...node.inputs.keys()]);
  trace.setAxes(node.outputs[0] ?? '', axes);
};

/** Channels of what the given operands make when they are stretched to one shape and combined. */
export function broadcastAxes(node: GraphNode, trace: Trace, operands: readonly number[], skipLast = 0): Axis[] {
  const given = operands.filter((operand) => (node.inputs[operand] ?? '') !== '');
  const forms = given.map((operand) => ({ operand, dims: trace.dimsOf(node.inputs[operand] ?? '') }));
  if (forms.some(({ dims }) => dims === undefined)) {
    trace.refuse(node, 'combined with a tensor of unknown shape at node');
    return [];
  }
  const rank = Math.max(0, ...forms.map(({ dims }) => dims?.length ?? 0)) - skipLast;
  const reason = `combined with channels that stay, at node ${quoted(node.name)}`;
  return Array.from({ length: rank }, (_, axis) => {
    const parts = forms.flatMap(({ operand, dims = [] }) => {
      const own = axis - (rank + skipLast - dims.length);
      return own >= 0 ? [{ operand, own, dim: dims[own] ?? 1 }] : [];
    });
    const width = Math.max(...parts.map(({ dim }) => dim));
    const [first, ...others] = parts.filter(({ dim }) => dim === width);
    if (!first) return undefined;
    for (const { operand, own } of [first, ...others]) {
      if (width > 1) trace.use(node, operand, { axis: own, role: 'scales' });
    }
    let channels = trace.axisOf(node.inputs[first.operand] ?? '', first.own);
    for (const { operand, own } of others) {
      channels = trace.channels.tieAxes(channels, trace.axisOf(node.inputs[operand] ?? '', own), reason);
    }
    return channels;
  });
}

const UNARY = (
  'Identity Dropout Cast Relu Clip LeakyRelu Elu Selu Celu Sigmoid Tanh HardSigmoid HardSwish Softplus ' +
  'Softsign ThresholdedRelu Gelu FastGelu QuickGelu Mish Swish Erf Abs Neg Exp Log Sqrt Reciprocal ' +
  'Floor Ceil Round Sign Not Sin Cos Shrink IsNaN IsInf Atan'
).split(' ');

const COMBINING = (
  'Add Sub Mul Div Pow Min Max Sum Mean PRelu Where Mod BiasGelu Equal Greater GreaterOrEqual Less ' +
  'LessOrEqual And Or Xor'
).split(' ');

export const ELEMENTWISE_RULES: Rules = {
  ...Object.fromEntries(UNARY.map((opType) => [opType, handOn])),
  ...Object.fromEntries(COMBINING.map((opType) => [opType, combine])),
};
