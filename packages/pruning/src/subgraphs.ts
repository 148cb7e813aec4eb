import type { GraphNode, GraphProto } from '@espalier/onnx';

/** Every graph inside a node: its branches or bodies, and the graphs in those. */
export function subgraphsOf(node: GraphNode): GraphProto[] {
  const found: GraphProto[] = [];
  const open = [node.proto];
  for (let proto = open.pop(); proto; proto = open.pop()) {
    for (const { g, graphs } of proto.attribute) {
      for (const graph of g ? [g, ...graphs] : graphs) {
        found.push(graph);
        for (const inner of graph.node) open.push(inner);
      }
    }
  }
  return found;
}
