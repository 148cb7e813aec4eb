import { copyWith } from './copy.js';
import { type OnnxModel, modelFromProto } from './model.js';
import { mapTensors } from './map-tensors.js';
import { DataLocation } from './proto/codes.js';
import { ModelProtoSchema, TensorProtoSchema } from './proto/onnx_pb.js';
import { tensorView } from './tensor-view.js';

/**
 * The model with all external data read into it, so that it is complete in one file. The same model when it holds none.
 * @throws OnnxError `external_data_missing`, `external_data_escapes`, `tensor_invalid`
 */
export async function inlineExternalData(model: OnnxModel): Promise<OnnxModel> {
  const { proto, folder } = model;
  const { graph } = proto;
  if (!graph) return model;
  const inlined = mapTensors(graph, (tensor) => {
    if (tensor.dataLocation !== DataLocation.EXTERNAL) return tensor;
    const dataLocation = DataLocation.DEFAULT;
    return copyWith(TensorProtoSchema, tensor, {
      rawData: tensorView(tensor, folder).rawBytes(),
      externalData: [],
      dataLocation,
    });
  });
  if (inlined === graph) return model;
  return modelFromProto(copyWith(ModelProtoSchema, proto, { graph: inlined }), folder);
}
