import { copyWith } from './copy.js';
import { type GraphProto, GraphProtoSchema } from './proto/onnx_pb.js';
import { capturedBy } from './scope.js';

/**
 * The graph without nodes that no output needs, and without the constants and declarations that nobody reads then.
 * Inputs that a caller feeds stay, even unused; an input that only names an initializer goes together with it.
 */
export function withoutDeadParts(graph: GraphProto): GraphProto {
  const live = liveNodes(graph);
  const node = graph.node.filter((_, index) => live.has(index));
  const read = new Set(graph.output.map(({ name }) => name));
  for (const each of node) for (const name of [...each.input, ...capturedBy(each)]) read.add(name);
  const initializers = new Set([
    ...graph.initializer.map(({ name }) => name),
    ...graph.sparseInitializer.map(({ values }) => values?.name ?? ''),
  ]);
  const initializer = graph.initializer.filter(({ name }) => read.has(name));
  const sparseInitializer = graph.sparseInitializer.filter(({ values }) => read.has(values?.name ?? ''));
  const input = graph.input.filter(({ name }) => read.has(name) || !initializers.has(name));

  const existing = new Set(node.flatMap((each) => each.output));
  for (const { name } of [...input, ...initializer]) existing.add(name);
  return copyWith(GraphProtoSchema, graph, {
    node,
    input,
    initializer,
    sparseInitializer,
    valueInfo: graph.valueInfo.filter(({ name }) => existing.has(name)),
    quantizationAnnotation: graph.quantizationAnnotation.filter(({ tensorName }) => existing.has(tensorName)),
  });
}

/** Positions of the nodes that some output needs. */
function liveNodes(graph: GraphProto): Set<number> {
  const producers = new Map(graph.node.flatMap((node, index) => node.output.map((name) => [name, index] as const)));
  const live = new Set<number>();
  const wanted = graph.output.map(({ name }) => name);
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const index = name === '' ? undefined : producers.get(name);
    if (index === undefined || live.has(index)) continue;
    live.add(index);
    const node = graph.node[index];
    if (node) wanted.push(...node.input, ...capturedBy(node));
  }
  return live;
}
