import { create } from '@bufbuild/protobuf';
import { type ConstantData, tensorProto } from './constant-data.js';
import { copyWith } from './copy.js';
import { editNodes, type NodeEdit } from './edit-nodes.js';
import { OnnxError } from './errors.js';
import { modelFromProto, type OnnxModel } from './model.js';
import {
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  type ValueInfoProto,
} from './proto/onnx_pb.js';
import { withoutDeadParts } from './prune.js';
import { renameOutputs, renameReads } from './rename.js';
import { valueInfoProto } from './value-info.js';

/** What to change in a model. */
export interface GraphEdit {
  /** Tensor → the tensor that everything reads in its place: nodes, sub-graphs and graph outputs. Chains are followed. */
  readonly redirect?: ReadonlyMap<string, string>;
  /** Tensor → the constant it becomes, whether it was an initializer, was computed by a node, or is new. */
  readonly setConstants?: ReadonlyMap<string, ConstantData>;
  /** Name of a node → what changes in it; it may read constants that `setConstants` adds. */
  readonly setNodes?: ReadonlyMap<string, NodeEdit>;
  /** metadata_props to add or replace. */
  readonly setMetadata?: ReadonlyMap<string, string>;
}

/**
 * Applies an edit and drops what no graph output needs afterwards. The names and declared types of graph inputs and
 * outputs stay; a graph output that is redirected is fed by an Identity node. Untouched weights keep the very same bytes.
 * @throws OnnxError `tensor-unknown` (a name that the main graph does not have), `edit-invalid` (redirects that form a
 * ring, a graph input as the target of a change, a replacement that a sub-graph hides), `graph-cyclic` (the replacement depends on what it replaces)
 */
export function editGraph(model: OnnxModel, edit: GraphEdit): OnnxModel {
  const { graph } = model.proto;
  if (!graph) return model;
  const withNodes = editNodes(model.graph, graph, edit.setNodes ?? new Map());
  const withConstants = setConstants(model, withNodes, edit.setConstants ?? new Map());
  const redirected = redirect(withConstants, edit.redirect ?? new Map());
  const proto = copyWith(ModelProtoSchema, model.proto, {
    graph: withoutDeadParts(redirected),
    metadataProps: metadataWith(model.proto, edit.setMetadata ?? new Map()),
  });
  return modelFromProto(proto, model.folder);
}

function metadataWith(
  { metadataProps }: ModelProto,
  changes: ReadonlyMap<string, string>,
): ModelProto['metadataProps'] {
  const kept = metadataProps.filter(({ key }) => !changes.has(key));
  return [...kept, ...[...changes].map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }))];
}

function redirect(graph: GraphProto, redirects: ReadonlyMap<string, string>): GraphProto {
  if (redirects.size === 0) return graph;
  const sources = sourcesOf(graph);
  for (const name of [...redirects.keys(), ...redirects.values()]) {
    if (!sources.has(name)) throw new OnnxError('tensor-unknown', `the graph has no tensor ${JSON.stringify(name)}`);
  }
  const target = (tensor: string): string => endOfChain(tensor, redirects);
  const moved = new Map(
    graph.output.filter(({ name }) => target(name) !== name).map(({ name }) => [name, freshName(name, sources)]),
  );
  for (const name of moved.keys()) {
    if (sources.get(name) !== 'node') {
      throw new OnnxError(
        'edit-invalid',
        `the graph output ${JSON.stringify(name)} is an input or a constant, and cannot be replaced`,
      );
    }
  }
  const nodes = graph.node.map((node) => renameOutputs(renameReads(node, target), (name) => moved.get(name) ?? name));
  const identities = [...moved.keys()].map((name) => identity(target(name), name));
  return copyWith(GraphProtoSchema, graph, { node: [...nodes, ...identities] });
}

function identity(input: string, output: string): NodeProto {
  return create(NodeProtoSchema, {
    opType: 'Identity',
    name: `${output}_from_${input}`,
    input: [input],
    output: [output],
  });
}

function endOfChain(tensor: string, redirects: ReadonlyMap<string, string>): string {
  const seen = new Set<string>();
  let name = tensor;
  for (let next = redirects.get(name); next !== undefined; next = redirects.get(name)) {
    seen.add(name);
    if (seen.has(next))
      throw new OnnxError('edit-invalid', `the redirects of ${JSON.stringify(tensor)} lead back to it`);
    name = next;
  }
  return name;
}

function freshName(stem: string, taken: ReadonlyMap<string, unknown>): string {
  let name = `${stem}_replaced`;
  for (let suffix = 1; taken.has(name); suffix++) name = `${stem}_replaced_${suffix}`;
  return name;
}

type Source = 'input' | 'constant' | 'node';

/** Every tensor of the main graph and where it comes from; an input with an initializer counts as a constant. */
function sourcesOf(graph: GraphProto): Map<string, Source> {
  const sources = new Map<string, Source>();
  for (const { name } of graph.input) sources.set(name, 'input');
  for (const { name } of graph.initializer) sources.set(name, 'constant');
  for (const { values } of graph.sparseInitializer) sources.set(values?.name ?? '', 'constant');
  for (const { output } of graph.node) for (const name of output) sources.set(name, 'node');
  sources.delete('');
  return sources;
}

function setConstants(model: OnnxModel, graph: GraphProto, constants: ReadonlyMap<string, ConstantData>): GraphProto {
  if (constants.size === 0) return graph;
  const sources = sourcesOf(graph);
  for (const name of constants.keys()) {
    if (sources.get(name) === 'input') {
      throw new OnnxError('edit-invalid', `${JSON.stringify(name)} is an input of the graph, not a weight`);
    }
  }
  const isSet = (name: string): boolean => constants.has(name);
  const added = [...constants].map(([name, data]) => tensorProto(name, data));
  const hasNewShape = [...constants].some(([name, data]) => {
    const before = model.graph.constantTensor(name)?.dims ?? model.graph.valueInfo.get(name)?.dims;
    return sources.has(name) && before?.join() !== data.dims.join();
  });
  return copyWith(GraphProtoSchema, graph, {
    node: graph.node.map((node) => renameOutputs(node, (name) => (isSet(name) ? freshName(name, sources) : name))),
    input: graph.input.map((info) => declared(info, constants.get(info.name))),
    initializer: [...graph.initializer.filter(({ name }) => !isSet(name)), ...added],
    sparseInitializer: graph.sparseInitializer.filter(({ values }) => !isSet(values?.name ?? '')),
    // New weight shapes change the shapes of activations: what was declared about them no longer holds.
    valueInfo: hasNewShape ? [] : graph.valueInfo,
  });
}

/** Files of IR version 3 list their initializers as inputs as well, with type and shape. */
function declared(info: ValueInfoProto, constant: ConstantData | undefined): ValueInfoProto {
  return constant ? valueInfoProto(info.name, constant.elementType, constant.dims) : info;
}
