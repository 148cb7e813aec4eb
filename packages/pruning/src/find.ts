import type { GraphNode, GraphView, OnnxModel } from '@espalier/onnx';
import type { Block, BlockEnd, Granularity, TensorShapes } from './block.js';
import { blockCandidates } from './block-search.js';
import { type Candidate, isComposite } from './candidate.js';
import { dataFlow, type Flow, type FlowBounds, nodeAt, tensorAt } from './flow.js';
import { weightsReached } from './input-reach.js';
import { layerCandidates } from './layer-search.js';
import { macsOf } from './macs.js';
import { blockNames } from './names.js';
import { SHAPE_READERS } from './operators.js';
import { parametersOf } from './parameters.js';
import { plausibleShapes } from './plausible.js';
import { neededNodes, obstacleTo } from './removability.js';
import { nodesOfRegion, type RegionNodes, type Surroundings } from './region-nodes.js';
import { type Search, searchIn } from './search.js';
import { isWeightedNode } from './weighted.js';
import { type Replaceable, type Verdict, verdictsOn } from './widths/verdicts.js';

/** Each further flow costs a walk over the graph; a network of more towers than this is no network. */
const MOST_FLOWS = 32;

/**
 * The blocks of a model at a granularity, removable or not, in the order of the data's flow. Blocks of one granularity
 * do not overlap and do not depend on each other: any set of removable ones can be removed together.
 */
export function findBlocks(model: OnnxModel, traced: TensorShapes, granularity: Granularity): readonly Block[] {
  const { graph } = model;
  const shapes = plausibleShapes(traced);
  const found = regionsOf(graph, shapes, granularity).sort((a, b) => lastIndex(a) - lastIndex(b));
  const verdicts = verdictsOn({ graph, shapes }, found);
  const names = blockNames(
    found.map(({ nodes, join }) => ({
      weighted: nodes.operations.filter((node) => isWeightedNode(graph, node)),
      join,
      last: nodes.operations.at(-1),
    })),
  );
  const batch = batchSize(graph, shapes);
  return found.map(({ nodes, input, output }, index) => ({
    index,
    name: names[index] ?? `block ${index}`,
    ...verdictAt(verdicts, index),
    parameters: parametersOf(graph, nodes.all),
    macs: macsPerSample(graph, shapes, nodes.all, batch),
    input,
    output,
    nodes: nodes.all.map(({ name }) => name),
  }));
}

function verdictAt(verdicts: readonly Verdict[], index: number): Pick<Block, 'removable' | 'reason' | 'reinitialises'> {
  const { reason, reinitialises = [] } = verdicts[index] ?? {};
  if (reason !== undefined) return { removable: false, reason };
  return reinitialises.length > 0 ? { removable: true, reinitialises: [...reinitialises] } : { removable: true };
}

/** Trained numbers of a model, and multiply-accumulates of its convolutions and linear layers for one sample. */
export function summarise({ graph }: OnnxModel, shapes: TensorShapes): { parameters: number; macs: number } {
  return {
    parameters: parametersOf(graph, graph.nodes),
    macs: macsPerSample(graph, shapes, graph.nodes, batchSize(graph, shapes)),
  };
}

/** A candidate, worked out. */
interface Found extends Replaceable {
  readonly nodes: RegionNodes;
  /** The node in which its branches meet. */
  readonly join: GraphNode | undefined;
  /** A larger block or a node with sub-graphs, not a single unit. */
  readonly isWhole: boolean;
  readonly input: BlockEnd;
  readonly output: BlockEnd;
}

function regionsOf(graph: GraphView, shapes: TensorShapes, granularity: Granularity): Found[] {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const searches = flowsOf(graph, outputs)
    .map(({ flow, bounds }) => ({ search: searchIn(flow, shapes), bounds }))
    .filter(({ search }) => search.tree.root.weight > 0);
  const searched = new Set(searches.flatMap(({ search }) => operationsOf(search.flow).map(({ index }) => index)));
  const surroundings = { outputs, searched, isNeeded: neededNodes(graph) };
  const workOut = (search: Search): Found[] =>
    candidatesIn(search, granularity).flatMap((candidate) => foundFrom(search, candidate, surroundings));
  return searches.flatMap(({ search, bounds }) => {
    const all = workOut(search);
    const main = flowToFirstOutput(search.flow, bounds);
    return main ? withLeakingBlocks(all, workOut(searchIn(main, shapes))) : all;
  });
}

function candidatesIn(search: Search, granularity: Granularity): Candidate[] {
  return granularity === 'block' ? blockCandidates(search) : layerCandidates(search);
}

/**
 * One flow for each input whose data reach weights that no other input's reach, the one that reaches most first: a mask
 * or a state is an operand inside the flow of the main input, while a second tower has a flow of its own.
 */
function flowsOf(graph: GraphView, outputs: ReadonlySet<string>): { flow: Flow; bounds: FlowBounds }[] {
  const taken = new Set<number>();
  const flows: { flow: Flow; bounds: FlowBounds }[] = [];
  for (const [input] of [...weightsReached(graph)].sort(([, a], [, b]) => b - a)) {
    const isNew = graph.consumersOf(input).some(({ index, opType }) => !taken.has(index) && !SHAPE_READERS.has(opType));
    if (!isNew) continue;
    const bounds = { input, outputs, taken: new Set(taken) };
    const flow = dataFlow(graph, bounds);
    if (!flow) continue;
    for (const { index } of operationsOf(flow)) taken.add(index);
    flows.push({ flow, bounds });
    if (flows.length === MOST_FLOWS) break;
  }
  return flows;
}

function operationsOf({ vertices }: Flow): GraphNode[] {
  return vertices.flatMap((vertex) => (vertex.kind === 'operation' ? [vertex.node] : []));
}

/** The flow to the first output alone, where there are several: it shows blocks that feed another one from inside. */
function flowToFirstOutput(flow: Flow, bounds: FlowBounds): Flow | undefined {
  const ends = (flow.predecessors.at(-1) ?? []).flatMap((vertex) => tensorAt(flow, vertex) ?? []);
  const first = flow.graph.outputs.find(({ name }) => ends.includes(name));
  return first && ends.length > 1 ? dataFlow(flow.graph, { ...bounds, outputs: new Set([first.name]) }) : undefined;
}

/**
 * Blocks that feed another output from inside are blocks for the main output alone. They are listed too, as not
 * removable, where nothing overlaps them but single units that lie inside: those give way.
 */
function withLeakingBlocks(all: readonly Found[], forMain: readonly Found[]): Found[] {
  const owner = new Map(all.flatMap((each) => each.nodes.operations.map((node) => [node, each] as const)));
  const given = new Set<Found>();
  const leaking = forMain.filter(({ nodes, obstacle, isWhole }) => {
    const inside = new Set(nodes.operations);
    const overlapped = new Set(nodes.operations.flatMap((node) => owner.get(node) ?? []));
    const gives = (each: Found): boolean => !each.isWhole && each.nodes.operations.every((node) => inside.has(node));
    const isListed = obstacle !== undefined && isWhole && [...overlapped].every(gives);
    if (isListed) for (const each of overlapped) given.add(each);
    return isListed;
  });
  return [...all.filter((each) => !given.has(each)), ...leaking];
}

function foundFrom(search: Search, candidate: Candidate, surroundings: Surroundings): Found[] {
  const { region, meeting } = candidate;
  const nodes = nodesOfRegion(search.flow, region, surroundings);
  const [input, output] = [endOf(search, region.input), endOf(search, region.output)];
  if (!input || !output) return [];
  const join = meeting === undefined ? undefined : nodeAt(search.flow, meeting);
  const obstacle = obstacleTo(search, region, nodes, surroundings);
  const mayResize = candidate.kind === 'conv' || candidate.kind === 'linear' || candidate.isLevel;
  const isWhole = isComposite(candidate) || candidate.kind === 'opaque';
  return [{ nodes, join, mayResize, isWhole, obstacle, input, output }];
}

function lastIndex({ nodes }: Found): number {
  return nodes.operations.at(-1)?.index ?? 0;
}

function endOf({ flow, shapes }: Search, vertex: number): BlockEnd | undefined {
  const name = tensorAt(flow, vertex);
  return name === undefined ? undefined : { name, shape: [...(shapes.get(name)?.dims ?? [])] };
}

/** Samples in the traced run: the first dim of the first input that has one. */
function batchSize(graph: GraphView, shapes: TensorShapes): number {
  const dims = graph.inputs.map(({ name }) => shapes.get(name)?.dims ?? []).find(({ length }) => length > 0);
  return dims?.[0] || 1;
}

function macsPerSample(graph: GraphView, shapes: TensorShapes, nodes: readonly GraphNode[], batch: number): number {
  return nodes.reduce((sum, node) => sum + macsOf(graph, shapes, node), 0) / batch;
}
