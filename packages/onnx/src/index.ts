// Read and write
export { decodeModel } from './decode.js';
export { encodeModel } from './encode.js';
export { readModelFile, writeModelFile } from './files.js';
export { inlineExternalData } from './inline.js';

// Look at
export type { AttributeView } from './attribute-view.js';
export { type ElementType, elementTypeNamed } from './element-type.js';
export { float16ToNumber, numberToFloat16 } from './float-formats.js';
export type { GraphNode, GraphView } from './graph-view.js';
export type { OnnxModel } from './model.js';
export type { AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto } from './proto/onnx_pb.js';
export type { TensorView } from './tensor-view.js';
export type { ValueInfo } from './value-info.js';

// Change
export { type ConstantData, constantData, type TypedValues } from './constant-data.js';
export { editGraph, type GraphEdit } from './edit.js';
export type { NodeEdit } from './edit-nodes.js';
export { exposeTensors } from './expose.js';
export { type GraphLabels, labelGraph } from './label.js';
export { type Factor, scaleTensors } from './scale.js';

// Build
export type { AttributeValue } from './attribute-proto.js';
export {
  type BatchNormOptions,
  type BuilderOptions,
  type ConvOptions,
  GraphBuilder,
  type PoolOptions,
} from './graph-builder.js';
export { heValues, seededRandom, seededValues } from './random.js';

// Fail
export { type OnnxCode, OnnxError } from './errors.js';
