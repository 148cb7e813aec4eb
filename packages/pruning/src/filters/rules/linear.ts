import type { GraphNode } from '@espalier/onnx';
import type { Axis } from '../channels.js';
import { quoted, type Trace } from '../trace.js';
import { broadcastAxes } from './elementwise.js';
import type { Rule, Rules } from './rule.js';

const reasonOf = (node: GraphNode): string => `read together with channels that stay, by node ${quoted(node.name)}`;

/** An operand of a matrix product: which of its axes is summed over, and which one it hands to the result. */
interface Factor {
  readonly operand: number;
  readonly summed: number;
  readonly kept: number;
}

/** Ties the axes that are summed over; a constant factor makes the channels of the axis that it hands on. */
function multiply(node: GraphNode, trace: Trace, factors: readonly [Factor, Factor]): [Axis, Axis] {
  const axisOf = ({ operand }: Factor, axis: number): Axis => trace.axisOf(node.inputs[operand] ?? '', axis);
  const [a, b] = factors;
  trace.channels.tieAxes(axisOf(a, a.summed), axisOf(b, b.summed), reasonOf(node));
  for (const factor of factors) {
    if (!trace.graph.isConstant(node.inputs[factor.operand] ?? '')) continue;
    trace.use(node, factor.operand, { axis: factor.summed, role: 'reads' });
    trace.use(node, factor.operand, { axis: factor.kept, role: 'makes' });
    trace.makes(node, axisOf(factor, factor.kept));
  }
  return [axisOf(a, a.kept), axisOf(b, b.kept)];
}

const gemm: Rule = (node, trace) => {
  const isTurned = (name: string): boolean => (node.attribute(name)?.int ?? 0) !== 0;
  const [turnedA, turnedB] = [isTurned('transA'), isTurned('transB')];
  const [rows, columns] = multiply(node, trace, [
    { operand: 0, summed: turnedA ? 0 : 1, kept: turnedA ? 1 : 0 },
    { operand: 1, summed: turnedB ? 1 : 0, kept: turnedB ? 0 : 1 },
  ]);
  const bias = node.inputs[2] ?? '';
  const biasDims = trace.dimsOf(bias) ?? [];
  for (const [axis, dim] of biasDims.entries()) {
    if (dim === 1) continue;
    trace.use(node, 2, { axis, role: 'makes' });
    const channels = axis === biasDims.length - 1 ? columns : rows;
    trace.channels.tieAxes(channels, trace.axisOf(bias, axis), reasonOf(node));
  }
  trace.setAxes(node.outputs[0] ?? '', [rows, columns]);
};

const matMul: Rule = (node, trace) => {
  const ranks = [0, 1].map((operand) => trace.dimsOf(node.inputs[operand] ?? '')?.length ?? 0);
  const [rankA = 0, rankB = 0] = ranks;
  if (
    rankA < 2 ||
    rankB < 2 ||
    ['transA', 'transB', 'transBatchA', 'transBatchB'].some((name) => node.attribute(name)?.int)
  ) {
    trace.refuse(node, 'a product of vectors or of turned matrices at node');
    return;
  }
  const batch = broadcastAxes(node, trace, [0, 1], 2);
  const [rows, columns] = multiply(node, trace, [
    { operand: 0, summed: rankA - 1, kept: rankA - 2 },
    { operand: 1, summed: rankB - 2, kept: rankB - 1 },
  ]);
  trace.setAxes(node.outputs[0] ?? '', [...batch, rows, columns]);
};

export const LINEAR_RULES: Rules = { Gemm: gemm, FusedGemm: gemm, MatMul: matMul, FusedMatMul: matMul };
