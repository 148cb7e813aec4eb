import type { GraphView } from '@espalier/onnx';
import { SHAPE_READERS } from './operators.js';
import { isWeightedNode } from './weighted.js';

/** How many weighted nodes the data of each input reach, by the name of the input. */
export function weightsReached(graph: GraphView): ReadonlyMap<string, number> {
  const { nodes } = graph;
  const readersOf = (tensors: readonly string[]): number[] =>
    tensors
      .filter((tensor) => tensor !== '')
      .flatMap((tensor) => graph.consumersOf(tensor))
      .flatMap(({ index, opType }) => (SHAPE_READERS.has(opType) ? [] : [index]));
  const successors = nodes.map(({ outputs }) => readersOf(outputs));
  const isWeighted = nodes.map((node) => isWeightedNode(graph, node));
  const visitor = new Int32Array(nodes.length).fill(-1);
  return new Map(
    graph.inputs.map(({ name }, input) => {
      let count = 0;
      const open = readersOf([name]);
      for (let node = open.pop(); node !== undefined; node = open.pop()) {
        if (visitor[node] === input) continue;
        visitor[node] = input;
        if (isWeighted[node]) count++;
        for (const successor of successors[node] ?? []) open.push(successor);
      }
      return [name, count];
    }),
  );
}
