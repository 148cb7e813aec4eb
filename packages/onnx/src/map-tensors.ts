import { copyWith } from './copy.js';
import {
  type AttributeProto,
  AttributeProtoSchema,
  FunctionProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type SparseTensorProto,
  SparseTensorProtoSchema,
  type TensorProto,
} from './proto/onnx_pb.js';

type Change = (tensor: TensorProto) => TensorProto;

/** The model with `change` applied to every tensor of its graph and of the functions it defines. */
export function mapModelTensors(model: ModelProto, change: Change): ModelProto {
  const graph = model.graph && mapTensors(model.graph, change);
  const functions = mapSame(model.functions, (each) => {
    const node = mapSame(each.node, (inner) => mapNode(inner, change));
    return node === each.node ? each : copyWith(FunctionProtoSchema, each, { node });
  });
  if (graph === model.graph && functions === model.functions) return model;
  return copyWith(ModelProtoSchema, model, { functions, ...(graph && { graph }) });
}

/** Every tensor that a model holds, those of sub-graphs and functions included. */
export function tensorsOf(model: ModelProto): readonly TensorProto[] {
  const found: TensorProto[] = [];
  mapModelTensors(model, (tensor) => {
    found.push(tensor);
    return tensor;
  });
  return found;
}

/**
 * The graph with `change` applied to every tensor it holds: initializers, sparse ones, attributes, and all of these in
 * sub-graphs. Messages in which nothing changed are the same objects as before.
 */
function mapTensors(graph: GraphProto, change: Change): GraphProto {
  const node = mapSame(graph.node, (each) => mapNode(each, change));
  const initializer = mapSame(graph.initializer, change);
  const sparseInitializer = mapSame(graph.sparseInitializer, (each) => mapSparse(each, change));
  const isSame =
    node === graph.node && initializer === graph.initializer && sparseInitializer === graph.sparseInitializer;
  return isSame ? graph : copyWith(GraphProtoSchema, graph, { node, initializer, sparseInitializer });
}

function mapNode(node: NodeProto, change: Change): NodeProto {
  const attribute = mapSame(node.attribute, (each) => mapAttribute(each, change));
  return attribute === node.attribute ? node : copyWith(NodeProtoSchema, node, { attribute });
}

function mapAttribute(attribute: AttributeProto, change: Change): AttributeProto {
  const t = attribute.t && change(attribute.t);
  const g = attribute.g && mapTensors(attribute.g, change);
  const sparseTensor = attribute.sparseTensor && mapSparse(attribute.sparseTensor, change);
  const tensors = mapSame(attribute.tensors, change);
  const graphs = mapSame(attribute.graphs, (graph) => mapTensors(graph, change));
  const sparseTensors = mapSame(attribute.sparseTensors, (each) => mapSparse(each, change));
  const isSame =
    t === attribute.t &&
    g === attribute.g &&
    sparseTensor === attribute.sparseTensor &&
    tensors === attribute.tensors &&
    graphs === attribute.graphs &&
    sparseTensors === attribute.sparseTensors;
  if (isSame) return attribute;
  return copyWith(AttributeProtoSchema, attribute, {
    ...(t && { t }),
    ...(g && { g }),
    ...(sparseTensor && { sparseTensor }),
    tensors,
    graphs,
    sparseTensors,
  });
}

function mapSparse(sparse: SparseTensorProto, change: Change): SparseTensorProto {
  const values = sparse.values && change(sparse.values);
  const indices = sparse.indices && change(sparse.indices);
  if (values === sparse.values && indices === sparse.indices) return sparse;
  return copyWith(SparseTensorProtoSchema, sparse, { ...(values && { values }), ...(indices && { indices }) });
}

function mapSame<T>(items: T[], change: (item: T) => T): T[] {
  const changed = items.map(change);
  return changed.every((item, index) => item === items[index]) ? items : changed;
}
