import { type AttributeValue, attributeProto } from './attribute-proto.js';
import { copyWith } from './copy.js';
import { OnnxError } from './errors.js';
import type { GraphView } from './graph-view.js';
import { type GraphProto, GraphProtoSchema, type NodeProto, NodeProtoSchema } from './proto/onnx_pb.js';

/** What to change in one node. */
export interface NodeEdit {
  /** Operand → the tensor that it reads from now on; operands between the last one given and this one stay empty. */
  readonly inputs?: ReadonlyMap<number, string>;
  /** Attributes to add or replace; `undefined` takes one away. */
  readonly attributes?: ReadonlyMap<string, AttributeValue | undefined>;
}

/**
 * The graph with single nodes changed, which are named as the view names them.
 * @throws OnnxError `edit-invalid` for a name that no node has
 */
export function editNodes(view: GraphView, graph: GraphProto, edits: ReadonlyMap<string, NodeEdit>): GraphProto {
  if (edits.size === 0) return graph;
  const byIndex = new Map<number, NodeEdit>();
  for (const [name, edit] of edits) {
    const node = view.nodeNamed(name);
    if (!node) throw new OnnxError('edit-invalid', `the graph has no node ${JSON.stringify(name)}`);
    byIndex.set(node.index, edit);
  }
  const node = graph.node.map((each, index) => {
    const edit = byIndex.get(index);
    return edit ? edited(each, edit) : each;
  });
  // Other operands and attributes change the shapes of what nodes make: what was declared about them no longer holds.
  return copyWith(GraphProtoSchema, graph, { node, valueInfo: [] });
}

function edited(node: NodeProto, { inputs = new Map(), attributes = new Map() }: NodeEdit): NodeProto {
  const length = Math.max(node.input.length, ...[...inputs.keys()].map((operand) => operand + 1));
  const input = Array.from({ length }, (_, operand) => inputs.get(operand) ?? node.input[operand] ?? '');
  const kept = node.attribute.filter(({ name }) => !attributes.has(name));
  const added = [...attributes].flatMap(([name, value]) => (value === undefined ? [] : [attributeProto(name, value)]));
  return copyWith(NodeProtoSchema, node, { input, attribute: [...kept, ...added] });
}
