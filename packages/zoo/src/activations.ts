import { constantData, type GraphBuilder } from '@espalier/onnx';
import type { Layers } from './layers.js';

export type Activation = 'relu' | 'relu6' | 'hardswish' | 'silu';

type Writer = (graph: GraphBuilder, x: string, name: string) => string;

/** How torch's exporter writes them at opset 17. */
const WRITERS: Readonly<Record<Activation, Writer>> = {
  relu: (graph, x, name) => graph.relu(name, x),
  relu6(graph, x, name) {
    const min = graph.initializer(`${name}.min`, constantData([], Float32Array.of(0)));
    const max = graph.initializer(`${name}.max`, constantData([], Float32Array.of(6)));
    return graph.node('Clip', [x, min, max], {}, { name });
  },
  hardswish: (graph, x, name) => graph.node('HardSwish', [x], {}, { name }),
  silu(graph, x, name) {
    const factor = graph.node('Sigmoid', [x], {}, { name: `${name}.sigmoid` });
    return graph.node('Mul', [x, factor], {}, { name });
  },
};

/** Adds an activation to a graph. Returns what it makes. */
export function activate({ graph }: Layers, x: string, { name, kind }: { name: string; kind: Activation }): string {
  return WRITERS[kind](graph, x, name);
}
