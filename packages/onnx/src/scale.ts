import { create } from '@bufbuild/protobuf';
import { copyWith } from './copy.js';
import type { ElementType } from './element-type.js';
import { OnnxError } from './errors.js';
import { modelFromProto, type OnnxModel } from './model.js';
import {
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type ValueInfoProto,
} from './proto/onnx_pb.js';
import { renameOutputs, renameReads } from './rename.js';
import { type ValueInfo, valueInfoProto } from './value-info.js';

/** A factor that becomes an input of the model. */
export interface Factor {
  /** Name of the new input; no tensor of the model may have it. */
  readonly input: string;
  /** That of the tensor that it multiplies. */
  readonly elementType: ElementType;
  /** As for an input: what is fed must broadcast to the tensor without changing its shape. */
  readonly dims: NonNullable<ValueInfo['dims']>;
}

/**
 * The model with tensors multiplied by factors that are new inputs: whatever reads such a tensor reads the product. A
 * tensor is what a node makes, or a weight. With factors of 1 the model computes what it did before.
 * @throws OnnxError `tensor-unknown` for a tensor that neither a node nor an initializer gives, `edit-invalid` for the name
 * of an input that is taken, or a weight that a sub-graph hides
 */
export function scaleTensors(model: OnnxModel, factors: ReadonlyMap<string, Factor>): OnnxModel {
  const { graph } = model.proto;
  if (!graph || factors.size === 0) return model;
  const taken = namesOf(graph);
  const renamed = new Map<string, string>();
  const inputs: ValueInfoProto[] = [];
  for (const [tensor, { input, elementType, dims }] of factors) {
    if (taken.has(input))
      throw new OnnxError('edit-invalid', `the graph has a tensor ${JSON.stringify(input)} already`);
    taken.add(input);
    renamed.set(tensor, freshName(tensor, taken));
    inputs.push(valueInfoProto(input, elementType, dims));
  }
  const isMade = (tensor: string): boolean => model.graph.producerOf(tensor) !== undefined;
  const unknown = [...factors.keys()].find((tensor) => !isMade(tensor) && !model.graph.initializer(tensor));
  if (unknown !== undefined) {
    throw new OnnxError('tensor-unknown', `no node and no weight gives a tensor ${JSON.stringify(unknown)}`);
  }
  // What a node makes keeps its name for its readers, graph outputs among them; a weight keeps it for itself.
  const ofOutput = (tensor: string): string => (isMade(tensor) ? (renamed.get(tensor) ?? tensor) : tensor);
  const ofRead = (tensor: string): string => (isMade(tensor) ? tensor : (renamed.get(tensor) ?? tensor));
  const nodes = graph.node.map((node) => renameOutputs(renameReads(node, ofRead), ofOutput));
  const products = [...factors].map(([tensor, { input }]) => product(ofOutput(tensor), input, ofRead(tensor)));
  const scaled = copyWith(GraphProtoSchema, graph, {
    node: [...nodes, ...products],
    input: [...graph.input, ...inputs],
  });
  return modelFromProto(copyWith(ModelProtoSchema, model.proto, { graph: scaled }), model.folder);
}

function product(tensor: string, factor: string, output: string): NodeProto {
  return create(NodeProtoSchema, {
    opType: 'Mul',
    name: `${output}_product`,
    input: [tensor, factor],
    output: [output],
  });
}

function namesOf(graph: GraphProto): Set<string> {
  const names = new Set([...graph.input, ...graph.initializer, ...graph.output].map(({ name }) => name));
  for (const { input, output } of graph.node) for (const name of [...input, ...output]) names.add(name);
  return names;
}

function freshName(tensor: string, taken: Set<string>): string {
  let name = `${tensor}_unscaled`;
  for (let suffix = 1; taken.has(name); suffix++) name = `${tensor}_unscaled_${suffix}`;
  taken.add(name);
  return name;
}
