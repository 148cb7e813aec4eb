import type { ElementType, GraphNode, GraphView, TensorView } from '@espalier/onnx';
import { isPlausible } from './plausible.js';

/** A constant tensor without its values. */
export interface ConstantForm {
  readonly dims: readonly number[];
  readonly elementType: ElementType;
  /** What holds the values: a stored tensor, or one number that fills it. */
  readonly source:
    | { readonly kind: 'stored'; readonly tensor: TensorView }
    | { readonly kind: 'filled'; readonly value: number };
}

/**
 * A stored constant or one that a ConstantOfShape node fills, seen through Identity and no-op Casts; undefined for
 * anything that is computed, and for dims beyond every layer's.
 */
export function constantForm(graph: GraphView, tensor: string): ConstantForm | undefined {
  const stored = graph.constantTensor(tensor);
  if (stored) {
    if (!isPlausible(stored.dims)) return undefined;
    return { dims: stored.dims, elementType: stored.elementType, source: { kind: 'stored', tensor: stored } };
  }
  const node = producerBehindIdentities(graph, tensor);
  if (node?.opType !== 'ConstantOfShape') return undefined;
  const dims = graph.constantTensor(node.inputs[0] ?? '')?.ints();
  const fill = node.attribute('value')?.tensor;
  const source = { kind: 'filled', value: fill?.toFloat64()[0] ?? 0 } as const;
  return dims && isPlausible(dims) ? { dims, elementType: fill?.elementType ?? 'float32', source } : undefined;
}

/** Dims of a constant, also behind nodes that only convert or turn it; undefined where they are not plain to see. */
export function constantDims(graph: GraphView, tensor: string): readonly number[] | undefined {
  const turns: (readonly number[])[] = [];
  for (let name = tensor; ; ) {
    const form = constantForm(graph, name);
    if (form) return turns.reduceRight((dims, turn) => turn.map((axis) => dims[axis] ?? 1), form.dims);
    const node = graph.producerOf(name);
    const [source = ''] = node?.inputs ?? [];
    if (!node || source === '' || !['Identity', 'Cast', 'DequantizeLinear', 'Transpose'].includes(node.opType))
      return undefined;
    if (node.opType === 'Transpose') {
      const perm = node.attribute('perm')?.ints;
      if (!perm) return undefined;
      turns.push(perm);
    }
    name = source;
  }
}

/** Number of elements of given dims. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

function producerBehindIdentities(graph: GraphView, tensor: string): GraphNode | undefined {
  let node = graph.producerOf(tensor);
  while (node?.opType === 'Identity') node = graph.producerOf(node.inputs[0] ?? '');
  return node;
}
