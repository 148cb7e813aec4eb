import { copyWith } from './copy.js';
import { rawSizeBytes } from './element-type.js';
import { LARGEST_FILE_BYTES } from './encode.js';
import { OnnxError } from './errors.js';
import { mapModelTensors, tensorsOf } from './map-tensors.js';
import { modelFromProto, type OnnxModel } from './model.js';
import { DataLocation } from './proto/codes.js';
import { type TensorProto, TensorProtoSchema } from './proto/onnx_pb.js';
import { layoutOf } from './tensor-layout.js';
import { tensorView } from './tensor-view.js';

/**
 * The model with all external data read into it, so that it is complete in one file. The same model when it holds none.
 * @throws OnnxError `external-data-missing`, `external-data-escapes`, `model-too-large` beyond 2 GiB
 */
export async function inlineExternalData(model: OnnxModel): Promise<OnnxModel> {
  assertFitsOneFile(tensorsOf(model.proto).filter(isExternal));
  const inlined = mapModelTensors(model.proto, (tensor) => {
    if (!isExternal(tensor)) return tensor;
    const rawData = tensorView(tensor, model.folder).rawBytes();
    return copyWith(TensorProtoSchema, tensor, { rawData, externalData: [], dataLocation: DataLocation.DEFAULT });
  });
  return inlined === model.proto ? model : modelFromProto(inlined, model.folder);
}

function isExternal({ dataLocation }: TensorProto): boolean {
  return dataLocation === DataLocation.EXTERNAL;
}

/** Asked before anything is read: external data exists because models outgrow memory. */
function assertFitsOneFile(tensors: readonly TensorProto[]): void {
  const sizeBytes = tensors.reduce((sum, tensor) => {
    const { elementType, elementCount } = layoutOf(tensor);
    return sum + (rawSizeBytes(elementType, elementCount) ?? 0);
  }, 0);
  if (sizeBytes > LARGEST_FILE_BYTES) {
    throw new OnnxError(
      'model-too-large',
      `the external data takes ${sizeBytes} bytes, but one ONNX file holds at most 2 GiB`,
    );
  }
}
