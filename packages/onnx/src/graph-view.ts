import { type AttributeView, attributeView, subgraphsOf } from './attribute-view.js';
import { isDeterministic } from './determinism.js';
import type { ExternalFolder } from './external-data.js';
import type { GraphProto, NodeProto } from './proto/onnx_pb.js';
import { capturedBy } from './scope.js';
import { literalTensor } from './literal.js';
import { type TensorView, tensorView } from './tensor-view.js';
import { type ValueInfo, valueInfoOf } from './value-info.js';

/** One operation of the main graph. */
export interface GraphNode {
  /** Position in the order of execution. */
  readonly index: number;
  /** Unique in the graph; made up where the file gives none, and numbered where it gives one twice. */
  readonly name: string;
  readonly opType: string;
  /** '' for the operators of ONNX itself. */
  readonly domain: string;
  /** Tensor names; '' stands for an optional input that is not given. */
  readonly inputs: readonly string[];
  /** Tensor names; '' stands for an output that nobody wants. */
  readonly outputs: readonly string[];
  /** Tensors of the main graph that the node's sub-graphs read. */
  readonly captured: readonly string[];
  readonly hasSubgraph: boolean;
  attribute(name: string): AttributeView | undefined;
  readonly proto: NodeProto;
}

/** The main graph of a model, indexed for questions about the flow of data. */
export interface GraphView {
  readonly name: string;
  /** In an order in which every tensor is produced before it is read. */
  readonly nodes: readonly GraphNode[];
  /** What a caller must feed: graph inputs that are not initializers as well. */
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** Every declared tensor: inputs, outputs and value_info. */
  readonly valueInfo: ReadonlyMap<string, ValueInfo>;
  /** Names of the dense initializers, in the order of the file. */
  readonly initializerNames: readonly string[];
  nodeNamed(name: string): GraphNode | undefined;
  producerOf(tensor: string): GraphNode | undefined;
  /** Nodes that read the tensor, themselves or in a sub-graph, in order of execution. */
  consumersOf(tensor: string): readonly GraphNode[];
  initializer(tensor: string): TensorView | undefined;
  /** The value of an initializer or a Constant node, seen through Identity and through a Cast to the same type. */
  constantTensor(tensor: string): TensorView | undefined;
  /** True when the value follows from initializers and Constant nodes alone, whatever the inputs are. */
  isConstant(tensor: string): boolean;
}

/** Builds the view of a graph whose nodes are in order (see `normaliseGraph`). */
export function graphView(
  proto: GraphProto,
  { folder, localOperators }: { folder: ExternalFolder | undefined; localOperators: ReadonlySet<string> },
): GraphView {
  const nodes = graphNodes(proto, folder);
  const nodesByName = new Map(nodes.map((node) => [node.name, node]));
  const producers = new Map<string, GraphNode>();
  const consumers = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    for (const output of node.outputs) if (output !== '') producers.set(output, node);
    for (const input of new Set([...node.inputs, ...node.captured])) {
      if (input === '') continue;
      const known = consumers.get(input);
      if (known) known.push(node);
      else consumers.set(input, [node]);
    }
  }
  const initializers = new Map(proto.initializer.map((tensor) => [tensor.name, tensorView(tensor, folder)]));
  const sparse = new Set(proto.sparseInitializer.map(({ values }) => values?.name ?? ''));
  const constants = new Set([...initializers.keys(), ...sparse]);
  for (const node of nodes) {
    const reads = [...node.inputs, ...node.captured];
    if (isDeterministic(node, localOperators) && reads.every((name) => name === '' || constants.has(name))) {
      for (const output of node.outputs) constants.add(output);
    }
  }
  constants.delete('');

  const inputs = proto.input.map(valueInfoOf);
  const outputs = proto.output.map(valueInfoOf);
  const declared = [...proto.valueInfo.map(valueInfoOf), ...inputs, ...outputs];
  const constantTensor = (tensor: string): TensorView | undefined => {
    const { source, castTo } = seenThrough(tensor, producers);
    const node = producers.get(source);
    const isLiteral = node?.opType === 'Constant' && node.domain === '' && node.outputs[0] === source;
    const value = initializers.get(source) ?? (isLiteral ? literalTensor(node, folder) : undefined);
    return castTo.every((dataType) => dataType === value?.proto.dataType) ? value : undefined;
  };

  return {
    name: proto.name,
    nodes,
    inputs: inputs.filter(({ name }) => !initializers.has(name) && !sparse.has(name)),
    outputs,
    valueInfo: new Map(declared.map((info) => [info.name, info])),
    initializerNames: [...initializers.keys()],
    nodeNamed: (name) => nodesByName.get(name),
    producerOf: (tensor) => producers.get(tensor),
    consumersOf: (tensor) => consumers.get(tensor) ?? [],
    initializer: (tensor) => initializers.get(tensor),
    constantTensor,
    isConstant: (tensor) => constants.has(tensor),
  };
}

/** Follows a tensor back through Identity and Cast, and notes what it was cast to on the way. */
function seenThrough(
  tensor: string,
  producers: ReadonlyMap<string, GraphNode>,
): { source: string; castTo: readonly number[] } {
  const castTo: number[] = [];
  let source = tensor;
  for (let node = producers.get(source); node?.domain === ''; node = producers.get(source)) {
    if (node.opType === 'Cast') castTo.push(node.attribute('to')?.int ?? 0);
    else if (node.opType !== 'Identity') break;
    source = node.inputs[0] ?? '';
  }
  return { source, castTo };
}

function graphNodes(proto: GraphProto, folder: ExternalFolder | undefined): GraphNode[] {
  const names = uniqueNames(proto.node);
  return proto.node.map((node, index) => ({
    index,
    name: names[index] ?? '',
    opType: node.opType,
    domain: node.domain === 'ai.onnx' ? '' : node.domain,
    inputs: node.input,
    outputs: node.output,
    captured: capturedBy(node),
    hasSubgraph: subgraphsOf(node.attribute).length > 0,
    attribute: (name) => {
      const attribute = node.attribute.find((each) => each.name === name);
      return attribute && attributeView(attribute, folder);
    },
    proto: node,
  }));
}

/** The first node of a name keeps it; later ones, and nodes without a name, get a number that no other node uses. */
function uniqueNames(nodes: readonly NodeProto[]): string[] {
  const given = new Set(nodes.map(({ name }) => name));
  const taken = new Set<string>();
  return nodes.map((node, index) => {
    if (node.name !== '' && !taken.has(node.name)) {
      taken.add(node.name);
      return node.name;
    }
    const stem = `${node.name || node.opType}_${index}`;
    let name = stem;
    for (let suffix = 1; given.has(name) || taken.has(name); suffix++) name = `${stem}_${suffix}`;
    taken.add(name);
    return name;
  });
}
