import type { GraphNode, GraphView } from '@espalier/onnx';
import { WEIGHT_OPERANDS } from './operators.js';
import { subgraphsOf } from './subgraphs.js';

/** Domains whose operators the tables of this package know; of any other operator only its operands can tell. */
const KNOWN_DOMAINS = new Set(['', 'ai.onnx.ml', 'com.microsoft']);

/**
 * Positions of the operands that hold a node's weights: constants of a convolution, linear or recurrent operator, or
 * any matrix that an operator of an unknown domain reads. Empty for a node without weights.
 */
export function weightOperands(graph: GraphView, node: GraphNode): readonly number[] {
  const isConstant = (operand: number): boolean => graph.isConstant(node.inputs[operand] ?? '');
  const known = WEIGHT_OPERANDS.get(node.opType);
  if (known) {
    const recurrent = known[0] === 1 && known[1] === 2;
    return recurrent ? known.filter(isConstant) : known.filter(isConstant).slice(0, 1);
  }
  if (KNOWN_DOMAINS.has(node.domain)) return [];
  return node.inputs.flatMap((tensor, operand) => {
    const dims = graph.constantTensor(tensor)?.dims ?? [];
    return dims.length >= 2 ? [operand] : [];
  });
}

/**
 * Whether a node has weights of its own, or a weighted operator somewhere in its sub-graphs: which operands are constant
 * there depends on the scopes around, so the type is enough.
 */
export function isWeightedNode(graph: GraphView, node: GraphNode): boolean {
  if (!node.hasSubgraph) return weightOperands(graph, node).length > 0;
  return subgraphsOf(node).some((inner) => inner.node.some(({ opType }) => WEIGHT_OPERANDS.has(opType)));
}
