import { copyWith } from './copy.js';
import { operatorKey } from './determinism.js';
import { OnnxError } from './errors.js';
import type { ExternalFolder } from './external-data.js';
import { type GraphView, graphView } from './graph-view.js';
import { tensorsOf } from './map-tensors.js';
import { normaliseGraph } from './normalise.js';
import { type ModelProto, ModelProtoSchema } from './proto/onnx_pb.js';
import { layoutOf } from './tensor-layout.js';

/** A checked ONNX model. Never changed in place: every edit returns a new one that shares the weights of the old. */
export interface OnnxModel {
  /** The model as protobuf messages, nodes in order of execution. Treat it as read-only. */
  readonly proto: ModelProto;
  /** Version of the operator set of ONNX itself that the graph uses. */
  readonly opset: number;
  readonly graph: GraphView;
  /** metadata_props as a map. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Where external data is read from; absent when the model came without a folder. */
  readonly folder: ExternalFolder | undefined;
}

/**
 * Checks a decoded model and indexes its graph.
 * @throws OnnxError `graph-empty`, `graph-cyclic`, `tensor-duplicate`, `tensor-unknown`, `tensor-invalid`, `unsupported`
 */
export function modelFromProto(proto: ModelProto, folder: ExternalFolder | undefined): OnnxModel {
  const graph = proto.graph;
  if (!graph || graph.node.length === 0)
    throw new OnnxError('graph-empty', 'the model has no nodes, so there is nothing to run');
  if (graph.output.length === 0)
    throw new OnnxError('graph-empty', 'the model has no outputs, so there is nothing to run');
  const opset = opsetOf(proto);
  for (const tensor of tensorsOf(proto)) layoutOf(tensor);
  const normalised = normaliseGraph(graph);
  const ordered = normalised === graph ? proto : copyWith(ModelProtoSchema, proto, { graph: normalised });
  const localOperators = new Set(proto.functions.map(({ domain, name }) => operatorKey(domain, name)));
  return {
    proto: ordered,
    opset,
    graph: graphView(normalised, { folder, localOperators }),
    metadata: new Map(proto.metadataProps.map(({ key, value }) => [key, value])),
    folder,
  };
}

function opsetOf(proto: ModelProto): number {
  const own = proto.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  if (!own) {
    throw new OnnxError('unsupported', 'the model does not say which version of the ONNX operators it uses', {
      hint: 'export it again with opset 9 or later',
    });
  }
  return Number(own.version);
}
