import type { GraphNode, GraphView } from '@espalier/onnx';

/** Where a list of integers can be given other values: as a whole, or by the one piece of a Concat that holds a place. */
export type PatchPlace =
  | { readonly kind: 'whole' }
  | { readonly kind: 'piece'; readonly concat: GraphNode; readonly operand: number; readonly offset: number };

/**
 * Where to patch the place `index` of an operand. Constants and lone numbers are replaced; of a list that is put
 * together at run time, a piece that is one of these. Undefined where the number is computed among others.
 */
export function patchPlace(
  graph: GraphView,
  { tensor, index, length }: { tensor: string; index: number; length: number },
  lengthOf: (tensor: string) => number | undefined,
): PatchPlace | undefined {
  if (tensor === '' || graph.isConstant(tensor) || length === 1) return { kind: 'whole' };
  const concat = concatBehind(graph, tensor);
  if (!concat) return undefined;
  let start = 0;
  for (const [operand, piece] of concat.inputs.entries()) {
    const size = lengthOf(piece);
    if (size === undefined) return undefined;
    if (index < start + size) {
      const isPatchable = size === 1 || graph.isConstant(piece);
      return isPatchable ? { kind: 'piece', concat, operand, offset: start } : undefined;
    }
    start += size;
  }
  return undefined;
}

/** The Concat that makes a list; what it is handed on by changes no value. */
function concatBehind(graph: GraphView, tensor: string): GraphNode | undefined {
  const seen = new Set<string>();
  for (let name = tensor; !seen.has(name); ) {
    seen.add(name);
    const node = graph.producerOf(name);
    if (node?.opType === 'Concat') return node;
    if (node?.opType !== 'Identity' && node?.opType !== 'Cast') return undefined;
    name = node.inputs[0] ?? '';
  }
  return undefined;
}
