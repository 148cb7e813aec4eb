import type { GraphNode } from './graph-view.js';

/** Operators of ONNX whose result does not follow from their inputs alone (Dropout in training mode). */
const RANDOM_OPERATORS = new Set([
  'Bernoulli',
  'Dropout',
  'Multinomial',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
]);

/** Domains whose operators are known to us; of any other operator nothing is assumed. */
const KNOWN_DOMAINS = new Set(['', 'ai.onnx.ml', 'com.microsoft']);

/**
 * Whether a node's outputs follow from its inputs alone. Nodes with sub-graphs and functions that the model itself
 * defines count as unknown.
 */
export function isDeterministic(
  node: Pick<GraphNode, 'opType' | 'domain' | 'hasSubgraph'>,
  localOperators: ReadonlySet<string>,
): boolean {
  if (node.hasSubgraph || !KNOWN_DOMAINS.has(node.domain) || RANDOM_OPERATORS.has(node.opType)) return false;
  return !localOperators.has(operatorKey(node.domain, node.opType));
}

/** Key of an operator in the set of functions that a model defines itself. */
export function operatorKey(domain: string, opType: string): string {
  return `${domain === 'ai.onnx' ? '' : domain}:${opType}`;
}
