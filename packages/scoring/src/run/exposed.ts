import { exposeTensors, type GraphView, type OnnxModel } from '@espalier/onnx';
import type { TensorShapes } from '@espalier/pruning';

/** Tensors that are fetched at once take at most so much, in bytes. */
const FETCHED_BYTES = 256 * 2 ** 20;

const ELEMENT_BYTES = 4;

/** The tensors that a run can return or that it is fed, each once. */
export function fetchable(graph: GraphView, names: readonly string[]): string[] {
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  return [...new Set(names)].filter((name) => inputs.has(name) || graph.producerOf(name) !== undefined);
}

/** The model with tensors as outputs, those that are inputs left aside: who feeds them knows them. */
export function exposed(model: OnnxModel, names: readonly string[]): OnnxModel {
  return exposeTensors(
    model,
    names.filter((name) => model.graph.producerOf(name) !== undefined),
  );
}

/** Samples that may be run at once so that what is fetched stays small. */
export function chunkFor(shapes: TensorShapes, names: readonly string[]): number {
  const perSample = names.reduce((bytes, name) => {
    const [samples = 1, ...rest] = shapes.get(name)?.dims ?? [];
    return bytes + ELEMENT_BYTES * rest.reduce((product, dim) => product * dim, samples > 0 ? 1 : 0);
  }, 1);
  return Math.max(1, Math.floor(FETCHED_BYTES / perSample));
}
