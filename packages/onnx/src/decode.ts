import { fromBinary } from '@bufbuild/protobuf';
import { OnnxError } from './errors.js';
import { externalFolder } from './external-data.js';
import { modelFromProto, type OnnxModel } from './model.js';
import { type ModelProto, ModelProtoSchema } from './proto/onnx_pb.js';
import { checkWire } from './wire-check.js';

/**
 * Reads an ONNX model from the bytes of a file. Weights stay views into `bytes`: nothing of them is copied, and
 * `bytes` must not be changed while the model lives. External data is read from `baseDir` when it is asked for.
 * @throws OnnxError for anything that is not a complete, acyclic model; see `OnnxCode`
 */
export function decodeModel(bytes: Uint8Array, { baseDir }: { baseDir?: string } = {}): OnnxModel {
  // A plain view, whatever was passed: `slice` of a Buffer would not copy.
  const file = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return modelFromProto(parse(file), baseDir === undefined ? undefined : externalFolder(baseDir));
}

function parse(bytes: Uint8Array): ModelProto {
  checkWire(bytes);
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw new OnnxError(
      'damaged',
      `the ONNX file is damaged: ${cause instanceof Error ? cause.message : 'unreadable'}`,
      { cause },
    );
  }
}
