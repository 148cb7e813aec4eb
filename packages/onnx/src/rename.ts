import { copyWith } from './copy.js';
import { OnnxError } from './errors.js';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  ValueInfoProtoSchema,
} from './proto/onnx_pb.js';
import { definedNames } from './scope.js';

type Rename = (tensor: string) => string;

/** The node reading other tensors: its own inputs and what its sub-graphs read from outside; the same object if none changed. */
export function renameReads(node: NodeProto, rename: Rename): NodeProto {
  const input = mapStrings(node.input, rename);
  const attribute = node.attribute.map((each) => renameInAttribute(each, rename));
  const isSame = input === node.input && attribute.every((each, index) => each === node.attribute[index]);
  return isSame ? node : copyWith(NodeProtoSchema, node, { input, attribute });
}

/** The node producing tensors of other names. */
export function renameOutputs(node: NodeProto, rename: Rename): NodeProto {
  const output = mapStrings(node.output, rename);
  return output === node.output ? node : copyWith(NodeProtoSchema, node, { output });
}

function renameInAttribute(attribute: AttributeProto, rename: Rename): AttributeProto {
  const g = attribute.g && renameOuterReads(attribute.g, rename);
  const graphs = attribute.graphs.map((graph) => renameOuterReads(graph, rename));
  if (g === attribute.g && graphs.every((graph, index) => graph === attribute.graphs[index])) return attribute;
  return copyWith(AttributeProtoSchema, attribute, g ? { g, graphs } : { graphs });
}

/** A name that the sub-graph defines itself means its own tensor and stays. */
function renameOuterReads(graph: GraphProto, rename: Rename): GraphProto {
  const own = definedNames(graph);
  const renameOuter: Rename = (tensor) => {
    const renamed = own.has(tensor) ? tensor : rename(tensor);
    if (renamed !== tensor && own.has(renamed)) {
      throw new OnnxError(
        'edit-invalid',
        `${JSON.stringify(renamed)} cannot replace ${JSON.stringify(tensor)}: the sub-graph ${JSON.stringify(graph.name)} reads the one and has a tensor of its own that is named like the other`,
      );
    }
    return renamed;
  };
  const node = graph.node.map((each) => renameReads(each, renameOuter));
  const output = graph.output.map((each) => {
    const name = renameOuter(each.name);
    return name === each.name ? each : copyWith(ValueInfoProtoSchema, each, { name });
  });
  const isSame =
    node.every((each, index) => each === graph.node[index]) &&
    output.every((each, index) => each === graph.output[index]);
  return isSame ? graph : copyWith(GraphProtoSchema, graph, { node, output });
}

function mapStrings(names: string[], rename: Rename): string[] {
  const renamed = names.map((name) => (name === '' ? '' : rename(name)));
  return renamed.every((name, index) => name === names[index]) ? names : renamed;
}
