import { create } from '@bufbuild/protobuf';
import { copyWith } from '../copy.js';
import { mapModelTensors } from '../map-tensors.js';
import type { OnnxModel } from '../model.js';
import { DataLocation } from '../proto/codes.js';
import { StringStringEntryProtoSchema, TensorProtoSchema } from '../proto/onnx_pb.js';
import { fileOf } from './models.js';

/** The bytes of a model whose tensors all lie in one other file, and those of that file, to be stored at `location`. */
export function withExternalData(model: OnnxModel, location: string): { model: Uint8Array; data: Uint8Array } {
  const parts: Uint8Array[] = [];
  let offset = 0;
  const proto = mapModelTensors(model.proto, (tensor) => {
    if (tensor.rawData.length === 0) return tensor;
    const entries = { location, offset: String(offset), length: String(tensor.rawData.length) };
    parts.push(tensor.rawData);
    offset += tensor.rawData.length;
    return copyWith(TensorProtoSchema, tensor, {
      rawData: new Uint8Array(),
      dataLocation: DataLocation.EXTERNAL,
      externalData: Object.entries(entries).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
    });
  });
  return { model: fileOf(proto), data: Buffer.concat(parts) };
}
