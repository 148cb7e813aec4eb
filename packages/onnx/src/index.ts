export { type OnnxCode, OnnxError } from './errors.js';
export { decodeModel } from './decode.js';
export type { OnnxModel } from './model.js';
export type { GraphNode, GraphView } from './graph-view.js';
export type { AttributeView } from './attribute-view.js';
export type { TensorView } from './tensor-view.js';
export type { ValueInfo } from './value-info.js';
export type { ElementType } from './element-type.js';
