import type { GraphNode, GraphView } from '@espalier/onnx';
import type { Block } from './block.js';
import { readsOf } from './flow.js';
import { GLOBAL_POOLS } from './operators.js';
import { isWeightedNode } from './weighted.js';

/** From filters to a block: `all` filters of the block alike, or the layers that the official code of LayerPrune scores. */
export type Reduction = 'all' | 'paper';

/** The nodes of a block, in order of execution. */
export function nodesOf(graph: GraphView, block: Block): GraphNode[] {
  return block.nodes.flatMap((name) => graph.nodeNamed(name) ?? []).sort((a, b) => a.index - b.index);
}

/**
 * The weighted nodes of a block whose filters count. `paper`: those inside the branch without the last one, as in the
 * official code (arXiv 2007.05667: the first convolution of a basic block, the first two of a bottleneck); the branch is
 * the way through the block with most weighted nodes, gates left aside, and a lone weighted node counts itself.
 */
export function scoredLayers(graph: GraphView, block: Block, reduction: Reduction): readonly GraphNode[] {
  const nodes = nodesOf(graph, block);
  const isWeighted = (node: GraphNode): boolean => isWeightedNode(graph, node);
  if (reduction === 'all') return nodes.filter(isWeighted);
  const withoutGates = nodes.filter(({ opType }) => !GLOBAL_POOLS.has(opType));
  const main = longestWay(block, withoutGates, isWeighted);
  const branch = main.length > 0 ? main : longestWay(block, nodes, isWeighted);
  return branch.length > 1 ? branch.slice(0, -1) : branch;
}

/** The way from a block's input to its output with most weighted nodes, as these nodes. */
function longestWay(
  { input, output }: Block,
  nodes: readonly GraphNode[],
  isWeighted: (node: GraphNode) => boolean,
): readonly GraphNode[] {
  interface Way {
    readonly length: number;
    readonly last: GraphNode | undefined;
    readonly before: Way | undefined;
  }
  const ways = new Map<string, Way>([[input.name, { length: 0, last: undefined, before: undefined }]]);
  for (const node of nodes) {
    const [longest] = readsOf(node)
      .flatMap((tensor) => ways.get(tensor) ?? [])
      .sort((a, b) => b.length - a.length);
    if (!longest) continue;
    const way = isWeighted(node) ? { length: longest.length + 1, last: node, before: longest } : longest;
    for (const tensor of node.outputs) ways.set(tensor, way);
  }
  const layers: GraphNode[] = [];
  for (let way = ways.get(output.name); way?.last; way = way.before) layers.push(way.last);
  return layers.toReversed();
}

/** The batch normalisations that follow right behind the given layers, inside the block. */
export function normsBehind(graph: GraphView, block: Block, layers: readonly GraphNode[]): GraphNode[] {
  const inside = new Set(nodesOf(graph, block).map(({ index }) => index));
  return layers.flatMap((layer) => {
    let node: GraphNode | undefined = layer;
    do {
      const readers: readonly GraphNode[] = graph.consumersOf(node.outputs[0] ?? '');
      node = readers.length === 1 ? readers[0] : undefined;
    } while (node?.opType === 'Identity');
    return node?.opType === 'BatchNormalization' && inside.has(node.index) ? [node] : [];
  });
}
