import type { GraphNode, GraphView } from '@espalier/onnx';

/** A kernel of the main graph, named as the profile names it. */
export interface NamedKernel {
  readonly name: string;
  readonly opType: string;
}

/** What a profile calls a kernel whose node has no name. */
function isMadeUp({ name, opType }: NamedKernel): boolean {
  return name.startsWith(`${opType}_`) && /^\d+$/.test(name.slice(opType.length + 1));
}

/**
 * The node of the optimised graph that each kernel runs. Nodes are known by their names; those without one by their
 * operator and their order, which is that of the kernels.
 * @param kernels in order of execution
 */
export function nodesByKernel(
  kernels: readonly NamedKernel[],
  optimised: GraphView | undefined,
): readonly (GraphNode | undefined)[] {
  const named = new Map<string, GraphNode>();
  const unnamed = new Map<string, GraphNode[]>();
  for (const node of optimised?.nodes ?? []) {
    if (node.proto.name !== '') named.set(node.proto.name, node);
    else unnamed.set(node.opType, [...(unnamed.get(node.opType) ?? []), node]);
  }
  return kernels.map((kernel) => {
    const own = named.get(kernel.name);
    return own === undefined && isMadeUp(kernel) ? unnamed.get(kernel.opType)?.shift() : own;
  });
}
