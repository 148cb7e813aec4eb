import { create } from '@bufbuild/protobuf';
import type { ExternalFolder } from './external-data.js';
import type { GraphNode } from './graph-view.js';
import { DataType } from './proto/codes.js';
import { TensorProtoSchema } from './proto/onnx_pb.js';
import { type TensorView, tensorView } from './tensor-view.js';

/** The value of a Constant node, whichever attribute holds it; `undefined` for sparse values. */
export function literalTensor(node: GraphNode, folder: ExternalFolder | undefined): TensorView | undefined {
  const name = node.outputs[0] ?? '';
  const whole = node.attribute('value')?.tensor;
  if (whole) return { ...whole, name };
  const int = node.attribute('value_int')?.proto;
  if (int) return tensorView(create(TensorProtoSchema, { name, dataType: DataType.INT64, int64Data: [int.i] }), folder);
  const float = node.attribute('value_float')?.float;
  if (float !== undefined) {
    return tensorView(create(TensorProtoSchema, { name, dataType: DataType.FLOAT, floatData: [float] }), folder);
  }
  return listTensor(node, name, folder);
}

function listTensor(node: GraphNode, name: string, folder: ExternalFolder | undefined): TensorView | undefined {
  const ints = node.attribute('value_ints')?.proto.ints;
  if (ints) {
    const dims = [BigInt(ints.length)];
    return tensorView(create(TensorProtoSchema, { name, dims, dataType: DataType.INT64, int64Data: ints }), folder);
  }
  const floats = node.attribute('value_floats')?.floats;
  if (!floats) return undefined;
  const dims = [BigInt(floats.length)];
  return tensorView(
    create(TensorProtoSchema, { name, dims, dataType: DataType.FLOAT, floatData: [...floats] }),
    folder,
  );
}
