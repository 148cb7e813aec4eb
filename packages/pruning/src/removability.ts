import type { GraphNode, GraphView } from '@espalier/onnx';
import type { TensorShape } from './block.js';
import { tensorAt } from './flow.js';
import { SHAPE_READERS } from './operators.js';
import type { RegionNodes, Surroundings } from './region-nodes.js';
import { changedAxis } from './widths/dims.js';
import { isSameShape, type Region, type Search, shapeAt } from './search.js';

/** Types of quantised values: their meaning hangs on a scale that lies elsewhere. */
const QUANTISED = /^u?int(4|8|16)$/;

/** Why a region cannot be replaced by a wire. */
export interface Obstacle {
  readonly reason: string;
  /** Set where nothing but the width along this axis is in the way: what reads the result may be given that of the input. */
  readonly widthAxis: number | undefined;
}

/** What is in the way of replacing a region by a wire; undefined when it can be done. */
export function obstacleTo(
  search: Search,
  region: Region,
  nodes: RegionNodes,
  surroundings: Surroundings,
): Obstacle | undefined {
  const [before, after] = [shapeAt(search, region.input), shapeAt(search, region.output)];
  const ofShape = reasonOfShape(before, after);
  const others = reasonOfSubgraph(nodes.operations) ?? reasonOfLeak(search, region, nodes, surroundings);
  const reason = ofShape ?? others;
  if (reason === undefined) return undefined;
  const isWidth = others === undefined && before?.elementType === after?.elementType;
  return { reason, widthAxis: isWidth ? changedAxis(before?.dims ?? [], after?.dims ?? []) : undefined };
}

function reasonOfShape(before: TensorShape | undefined, after: TensorShape | undefined): string | undefined {
  if (!before || !after) return 'the shape of its ends is not known';
  if (before.elementType !== after.elementType) return `type ${before.elementType} → ${after.elementType}`;
  if (!isSameShape(before, after)) {
    const hasBatch = before.dims.length > 1 && after.dims.length > 1 && before.dims[0] === after.dims[0];
    const show = ({ dims }: TensorShape): string => dims.slice(hasBatch ? 1 : 0).join('×') || 'scalar';
    return `shape ${show(before)} → ${show(after)}`;
  }
  return QUANTISED.test(before.elementType)
    ? `its ends are quantised (${before.elementType}), and their scales may differ`
    : undefined;
}

function reasonOfSubgraph(operations: readonly GraphNode[]): string | undefined {
  const holder = operations.find(({ hasSubgraph }) => hasSubgraph);
  return (
    holder &&
    `holds the ${holder.opType} node ${quoted(holder.name)}, whose result may have another shape in another run`
  );
}

function reasonOfLeak(
  { flow }: Search,
  { output }: Region,
  { operations, all }: RegionNodes,
  { outputs, isNeeded }: Surroundings,
): string | undefined {
  const { graph } = flow;
  const gone = new Set(all.map(({ index }) => index));
  const end = tensorAt(flow, output);
  for (const tensor of operations.flatMap((node) => node.outputs)) {
    if (tensor === '' || tensor === end) continue;
    if (outputs.has(tensor)) return `feeds a second output, ${quoted(tensor)}`;
    const reader = graph.consumersOf(tensor).find((node) => !gone.has(node.index) && isNeeded(node));
    if (!reader) continue;
    const label = `node ${quoted(reader.name)} outside it`;
    return SHAPE_READERS.has(reader.opType) ? `the shape of an inner tensor is read by ${label}` : `feeds ${label}`;
  }
  return undefined;
}

/** Tells which nodes some graph output needs. */
export function neededNodes(graph: GraphView): Surroundings['isNeeded'] {
  const needed = new Set<number>();
  const open = graph.outputs.map(({ name }) => name);
  for (let tensor = open.pop(); tensor !== undefined; tensor = open.pop()) {
    const node = graph.producerOf(tensor);
    if (!node || needed.has(node.index)) continue;
    needed.add(node.index);
    for (const read of [...node.inputs, ...node.captured]) open.push(read);
  }
  return ({ index }) => needed.has(index);
}

function quoted(name: string): string {
  return JSON.stringify(name);
}
