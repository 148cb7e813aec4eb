import { subgraphsOf } from './attribute-view.js';
import type { GraphProto, NodeProto } from './proto/onnx_pb.js';

/** Names that a graph defines itself: inputs, initializers and node outputs. They hide outer tensors of the same name. */
export function definedNames(graph: GraphProto): Set<string> {
  const names = new Set<string>();
  for (const { name } of graph.input) names.add(name);
  for (const { name } of graph.initializer) names.add(name);
  for (const { values } of graph.sparseInitializer) if (values) names.add(values.name);
  for (const { output } of graph.node) for (const name of output) names.add(name);
  return names;
}

/** Tensors of the surrounding graph that the sub-graphs of a node read, nested ones included; each once, in order of reading. */
export function capturedBy(node: NodeProto): readonly string[] {
  const captured = new Set<string>();
  for (const graph of subgraphsOf(node.attribute)) for (const name of readFromOutside(graph)) captured.add(name);
  return [...captured];
}

function readFromOutside(graph: GraphProto): Set<string> {
  const defined = definedNames(graph);
  const outside = new Set<string>();
  const read = (name: string): void => {
    if (name !== '' && !defined.has(name)) outside.add(name);
  };
  for (const node of graph.node) {
    node.input.forEach(read);
    capturedBy(node).forEach(read);
  }
  for (const { name } of graph.output) read(name);
  return outside;
}
