import { create } from '@bufbuild/protobuf';
import { copyWith } from './copy.js';
import { OnnxError } from './errors.js';
import { modelFromProto, type OnnxModel } from './model.js';
import { GraphProtoSchema, ModelProtoSchema, type ValueInfoProto, ValueInfoProtoSchema } from './proto/onnx_pb.js';

/**
 * The model with more tensors as graph outputs, behind its own, so that a run returns them. Tensors that are outputs
 * already are left as they are. Declared types are kept, shapes are not: a wrong declaration must not fail the run.
 * @throws OnnxError `tensor-unknown` for a name that no node of the main graph produces
 */
export function exposeTensors(model: OnnxModel, names: Iterable<string>): OnnxModel {
  const { graph } = model.proto;
  if (!graph) return model;
  const present = new Set(graph.output.map(({ name }) => name));
  const declared = new Map(graph.valueInfo.map((info) => [info.name, info]));
  const added = [...new Set(names)]
    .filter((name) => !present.has(name))
    .map((name) => {
      if (!model.graph.producerOf(name)) {
        throw new OnnxError('tensor-unknown', `no node of the graph produces tensor ${JSON.stringify(name)}`);
      }
      return outputOf(name, declared.get(name));
    });
  const exposed = copyWith(GraphProtoSchema, graph, { output: [...graph.output, ...added] });
  return modelFromProto(copyWith(ModelProtoSchema, model.proto, { graph: exposed }), model.folder);
}

function outputOf(name: string, declared: ValueInfoProto | undefined): ValueInfoProto {
  const value = declared?.type?.value;
  if (!value) return create(ValueInfoProtoSchema, { name });
  if (value.case !== 'tensorType') return declared;
  const { elemType } = value.value;
  return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value: { elemType } } } });
}
