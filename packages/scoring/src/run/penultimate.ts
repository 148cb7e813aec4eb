import type { GraphNode, GraphView } from '@espalier/onnx';
import { isWeightedNode, weightOperands } from '@espalier/pruning';
import type { Values } from './session.js';

/**
 * The tensor that the last weighted node on the way to the first output reads: what a classifier classifies. Nodes are
 * in order of execution, so of all that the output depends on, the last weighted one is it.
 */
export function penultimateTensor(graph: GraphView): string | undefined {
  const seen = new Set<number>();
  const waiting: (GraphNode | undefined)[] = [graph.producerOf(graph.outputs[0]?.name ?? '')];
  let last: GraphNode | undefined;
  for (let node = waiting.pop(); node !== undefined || waiting.length > 0; node = waiting.pop()) {
    if (node === undefined || seen.has(node.index)) continue;
    seen.add(node.index);
    if (isWeightedNode(graph, node) && node.index > (last?.index ?? -1)) last = node;
    for (const input of [...node.inputs, ...node.captured]) waiting.push(graph.producerOf(input));
  }
  if (last === undefined) return undefined;
  const weights = new Set(weightOperands(graph, last));
  return last.inputs.find((input, operand) => !weights.has(operand) && !graph.isConstant(input));
}

/** One vector per sample: a map is averaged over its places, tokens [samples, tokens, features] over the tokens. */
export function featuresOf({ dims, data }: Values): Float64Array[] {
  const [samples = 0, ...rest] = dims;
  const length = data.length / samples;
  const isTokens = rest.length === 2;
  const features = (isTokens ? rest[1] : rest[0]) ?? 1;
  const places = length / features;
  const [featureStep, placeStep] = isTokens ? [1, features] : [places, 1];
  return Array.from({ length: samples }, (_, sample) => {
    const vector = new Float64Array(features);
    for (let feature = 0; feature < features; feature++) {
      let sum = 0;
      for (let place = 0; place < places; place++) {
        sum += data[sample * length + feature * featureStep + place * placeStep] ?? 0;
      }
      vector[feature] = sum / places;
    }
    return vector;
  });
}
