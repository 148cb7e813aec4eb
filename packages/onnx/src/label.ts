import { copyWith } from './copy.js';
import { modelFromProto, type OnnxModel } from './model.js';
import {
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  ValueInfoProtoSchema,
} from './proto/onnx_pb.js';
import { renameOutputs, renameReads } from './rename.js';

/** What is put in front of the names of a graph. */
export interface GraphLabels {
  /** Of the node at this place in the main graph, and of every node in its sub-graphs. */
  node(index: number): string;
  /** Of the tensor that is the `output`-th output of that node. */
  tensor(index: number, output: number): string;
}

/**
 * The same model with a label in front of the name of every node, and of every tensor that a node of the main graph
 * produces: whoever transforms the graph and keeps parts of the names can be followed. Inputs, weights and graph outputs
 * keep their names. Labels must differ from each other and from the beginning of every name in the graph.
 * @throws OnnxError `edit-invalid` when a sub-graph has a tensor that is named like a labelled one
 */
export function labelGraph(model: OnnxModel, labels: GraphLabels): OnnxModel {
  const { graph } = model.proto;
  if (!graph) return model;
  const renamed = renamedTensors(model, graph, labels);
  const rename = (name: string): string => renamed.get(name) ?? name;
  const nodes = model.graph.nodes.map(({ index, name, proto }) => {
    const labelled = renameOutputs(renameReads(proto, rename), rename);
    return named(labelled, `${labels.node(index)}${name}`);
  });
  const valueInfo = graph.valueInfo.map((info) => copyWith(ValueInfoProtoSchema, info, { name: rename(info.name) }));
  const labelled = copyWith(GraphProtoSchema, graph, { node: nodes, valueInfo });
  return modelFromProto(copyWith(ModelProtoSchema, model.proto, { graph: labelled }), model.folder);
}

function renamedTensors(model: OnnxModel, { output }: GraphProto, labels: GraphLabels): ReadonlyMap<string, string> {
  const kept = new Set(output.map(({ name }) => name));
  const pairs = model.graph.nodes.flatMap(({ index, outputs }) =>
    outputs.flatMap((name, place): [string, string][] =>
      name === '' || kept.has(name) ? [] : [[name, `${labels.tensor(index, place)}${name}`]],
    ),
  );
  return new Map(pairs);
}

/** The node with a name, its sub-graphs' nodes with names that begin with it. */
function named(node: NodeProto, name: string): NodeProto {
  const attribute = node.attribute.map((each) => {
    if (!each.g && each.graphs.length === 0) return each;
    const place = `${name}/${each.name}`;
    const graphs = each.graphs.map((graph, index) => namedWithin(graph, `${place}_${index}`));
    return copyWith(AttributeProtoSchema, each, each.g ? { g: namedWithin(each.g, place), graphs } : { graphs });
  });
  return copyWith(NodeProtoSchema, node, { name, attribute });
}

/** Places in the sub-graph make the names unique, whatever the file calls the nodes. */
function namedWithin(graph: GraphProto, place: string): GraphProto {
  const node = graph.node.map((each, index) => named(each, `${place}/${index}_${each.name || each.opType}`));
  return copyWith(GraphProtoSchema, graph, { node });
}
