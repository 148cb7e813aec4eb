import type { GraphNode, GraphView } from '@espalier/onnx';
import { labelIn } from './labels.js';
import { type NamedKernel, nodesByKernel } from './optimised-nodes.js';

/**
 * Kernels that only move or convert data. onnxruntime adds them where it likes, and gives them the names and the outputs
 * of other nodes: they do the work of a node only when it is of their own kind.
 */
const movers: ReadonlySet<string> = new Set([
  'Cast',
  'Flatten',
  'Identity',
  'MemcpyFromHost',
  'MemcpyToHost',
  'ReorderInput',
  'ReorderOutput',
  'Reshape',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/** Operators that are the core of a fused kernel and never its tail. */
const core = /Conv|MatMul|Gemm|Pool|LSTM|GRU|RNN/;

/** The inputs of a node that carry data at run time, sub-graphs' reads included. */
function dataInputs(graph: GraphView, { inputs, captured }: GraphNode): readonly string[] {
  return [...inputs, ...captured].filter((tensor) => tensor !== '' && !graph.isConstant(tensor));
}

/** Who does the work of which node, while it is being found out. */
interface Ledger {
  readonly graph: GraphView;
  /** By node: the kernel that does its work. */
  readonly owners: Map<GraphNode, number>;
  /** Tensors of the model that exist at run time, outside of any kernel. */
  readonly materialised: ReadonlySet<string>;
  /** By kernel: tensors of the model that it reads. */
  readonly reads: readonly ReadonlySet<string>[];
}

function claim({ owners }: Ledger, node: GraphNode | undefined, kernel: number): void {
  if (node !== undefined && !owners.has(node)) owners.set(node, kernel);
}

/** Finds the node or the tensor of the model that a name of onnxruntime's goes back to. */
function sourceIn(graph: GraphView, name: string): { readonly node: GraphNode; readonly tensor?: string } | undefined {
  const found = labelIn(name);
  if (found === undefined) {
    // Outputs of the model keep their names, and what is fused into one that ends there is named after it.
    const output = graph.outputs.find((each) => name === each.name || name === `${each.name}_nchwc`);
    const node = output && graph.producerOf(output.name);
    return node && output && { node, tensor: output.name };
  }
  const node = graph.nodes[found.nodeIndex];
  const tensor = found.outputIndex === undefined ? undefined : node?.outputs[found.outputIndex];
  return node && { node, ...(tensor === undefined ? {} : { tensor }) };
}

/** Whether a kernel can do the work of a node that only its name or its output connects it to. */
function canBe({ opType }: NamedKernel, node: GraphNode): boolean {
  if (!movers.has(opType)) return true;
  return node.opType === opType || (opType === 'ReorderOutput' && node.opType === 'Transpose');
}

/** Goes back from a kernel's nodes and claims those that it must have taken in. */
function claimBackwards(ledger: Ledger, kernel: number, { opType }: NamedKernel): void {
  const { graph, owners } = ledger;
  const own = [...owners].flatMap(([node, owner]) => (owner === kernel ? [node] : []));
  const wantsCore = core.test(opType);
  const isWhole = own.some((node) => (wantsCore ? core.test(node.opType) : opType.endsWith(node.opType)));
  if (own.length === 0 || isWhole) return;
  const queue = [...own];
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    for (const tensor of dataInputs(graph, node)) {
      const producer = graph.producerOf(tensor);
      if (producer === undefined || owners.has(producer) || ledger.reads[kernel]?.has(tensor)) continue;
      owners.set(producer, kernel);
      if (wantsCore && core.test(producer.opType)) return;
      queue.push(producer);
    }
  }
}

/**
 * The kernel that computed a node's inputs and kept them to itself, so that the node must be inside of it too. Of
 * several, the last one to run: it had to wait for the others.
 */
function kernelBefore({ graph, owners, materialised }: Ledger, node: GraphNode): number | undefined {
  if (node.opType === 'DequantizeLinear') return undefined;
  const before = dataInputs(graph, node)
    .filter((tensor) => !materialised.has(tensor))
    .flatMap((tensor) => {
      const producer = graph.producerOf(tensor);
      return (producer && owners.get(producer)) ?? [];
    });
  return before.length === 0 ? undefined : Math.max(...before);
}

/** The first kernel that needs a node's outputs. */
function kernelAfter({ graph, owners }: Ledger, node: GraphNode): number | undefined {
  const after = node.outputs
    .flatMap((tensor) => (tensor === '' ? [] : graph.consumersOf(tensor)))
    .flatMap((consumer) => owners.get(consumer) ?? []);
  return after.length === 0 ? undefined : Math.min(...after);
}

function startLedger(
  graph: GraphView,
  kernels: readonly NamedKernel[],
  optimised: GraphView | undefined,
  optimisedNodes: readonly (GraphNode | undefined)[],
): Ledger {
  const tensorOf = (name: string): readonly string[] => {
    const tensor = sourceIn(graph, name)?.tensor;
    return tensor === undefined ? [] : [tensor];
  };
  const ledger: Ledger = {
    graph,
    owners: new Map(),
    materialised: new Set(optimised?.nodes.flatMap(({ outputs }) => outputs.flatMap(tensorOf))),
    reads: optimisedNodes.map((node) => new Set(node?.inputs.flatMap(tensorOf))),
  };
  for (const [kernel, named] of kernels.entries()) {
    const source = sourceIn(graph, named.name)?.node;
    if (source !== undefined && canBe(named, source)) claim(ledger, source, kernel);
  }
  for (const [kernel, named] of kernels.entries()) {
    for (const output of optimisedNodes[kernel]?.outputs ?? []) {
      const source = sourceIn(graph, output)?.node;
      if (source !== undefined && canBe(named, source)) claim(ledger, source, kernel);
    }
  }
  return ledger;
}

/** The node that names the kernel for people: its core, else the one that its name goes back to, else its last. */
function mainNode(nodes: readonly GraphNode[], named: GraphNode | undefined): GraphNode | undefined {
  return (
    nodes.findLast(({ opType }) => core.test(opType)) ??
    (named !== undefined && nodes.includes(named) ? named : nodes.at(-1))
  );
}

/**
 * A node that onnxruntime replaced by several (an operator that it only knows as a function of others) is the work of all
 * of them: a kernel without nodes that is no mere mover does the work of the kernel that it makes something for.
 */
function withParts(
  found: readonly (readonly GraphNode[])[],
  kernels: readonly NamedKernel[],
  optimised: GraphView | undefined,
  optimisedNodes: readonly (GraphNode | undefined)[],
): readonly (readonly GraphNode[])[] {
  if (optimised === undefined) return found;
  const places = new Map(optimisedNodes.map((node, kernel) => [node, kernel]));
  const all = [...found];
  for (let kernel = all.length - 1; kernel >= 0; kernel--) {
    const node = optimisedNodes[kernel];
    if (node === undefined || all[kernel]?.length !== 0 || movers.has(kernels[kernel]?.opType ?? '')) continue;
    const consumers = node.outputs.flatMap((tensor) => (tensor === '' ? [] : optimised.consumersOf(tensor)));
    const whole = consumers.map((consumer) => all[places.get(consumer) ?? -1] ?? []).find((nodes) => nodes.length > 0);
    if (whole !== undefined) all[kernel] = whole;
  }
  return all;
}

/**
 * Finds the nodes of the model behind every kernel, the main one first and the others in order of execution. A kernel is
 * known by the labels in its name and in the tensors that it writes. A node that vanished belongs to the kernel that
 * kept the node's inputs to itself, else to the kernel that needs its outputs. What does not depend on the model's inputs
 * was computed while it was loaded, and belongs to none; a kernel without nodes was added by onnxruntime.
 * @param graph the model, without labels
 * @param kernels of the main graph, in order of execution, with labels
 * @param optimised what onnxruntime made of the labelled model; undefined where it cannot write that down
 */
export function nodesOfKernels(
  graph: GraphView,
  kernels: readonly NamedKernel[],
  optimised: GraphView | undefined,
): readonly (readonly GraphNode[])[] {
  const optimisedNodes = nodesByKernel(kernels, optimised);
  const ledger = startLedger(graph, kernels, optimised, optimisedNodes);
  for (const [kernel, named] of kernels.entries()) claimBackwards(ledger, kernel, named);
  const computed = graph.nodes.filter(({ outputs }) => outputs.some((name) => name !== '' && !graph.isConstant(name)));
  for (const node of computed) {
    const kernel = ledger.owners.has(node) ? undefined : kernelBefore(ledger, node);
    if (kernel !== undefined) claim(ledger, node, kernel);
  }
  for (const node of computed.toReversed()) {
    const kernel = ledger.owners.has(node) ? undefined : kernelAfter(ledger, node);
    if (kernel !== undefined) claim(ledger, node, kernel);
  }
  const found = kernels.map(({ name }, kernel) => {
    const nodes = graph.nodes.filter((node) => ledger.owners.get(node) === kernel);
    const main = mainNode(nodes, sourceIn(graph, name)?.node);
    return main === undefined ? [] : [main, ...nodes.filter((node) => node !== main)];
  });
  return withParts(found, kernels, optimised, optimisedNodes);
}
