import type { GraphNode, OnnxModel } from '@espalier/onnx';
import type { TensorShapes } from '../block.js';
import { CONVOLUTION_RULES } from './rules/convolution.js';
import { ELEMENTWISE_RULES } from './rules/elementwise.js';
import { LINEAR_RULES } from './rules/linear.js';
import { NORM_RULES } from './rules/norms.js';
import { PIECE_RULES } from './rules/pieces.js';
import type { Rules } from './rules/rule.js';
import { SHAPE_RULES } from './rules/shape.js';
import { SPACE_RULES } from './rules/space.js';
import { quoted, Trace } from './trace.js';

/** A map, so that an operator called `constructor` is not taken for one of these. */
const RULES: ReadonlyMap<string, Rules[string]> = new Map(
  Object.entries({
    ...CONVOLUTION_RULES,
    ...ELEMENTWISE_RULES,
    ...LINEAR_RULES,
    ...NORM_RULES,
    ...PIECE_RULES,
    ...SHAPE_RULES,
    ...SPACE_RULES,
  }),
);

/** Contrib operators of onnxruntime keep the name of what they fuse. */
const KNOWN_DOMAINS: ReadonlySet<string> = new Set(['', 'com.microsoft']);

/**
 * Follows the channels of a model from the layers that make them to those that read them. Whatever leaves the graph, or
 * meets an operator that is not known, stays.
 */
export function traceChannels(model: OnnxModel, shapes: TensorShapes): Trace {
  const trace = new Trace(model, shapes);
  for (const node of model.graph.nodes) followNode(node, trace);
  for (const { name } of model.graph.outputs) {
    const producer = model.graph.producerOf(name);
    const by = producer ? `, made by node ${quoted(producer.name)}` : '';
    trace.pinTensor(name, `an output of the model, ${quoted(name)}${by}`);
  }
  return trace;
}

function followNode(node: GraphNode, trace: Trace): void {
  const rule = KNOWN_DOMAINS.has(node.domain) ? RULES.get(node.opType) : undefined;
  if (node.hasSubgraph) trace.refuse(node, 'read in the sub-graph of node');
  else if (rule) rule(node, trace);
  else if (node.inputs.length > 0) trace.refuse(node, `read by the operator ${node.opType} of node`);
}
