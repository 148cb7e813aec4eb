import { type AttributeValue, type ConstantData, constantData, type NodeEdit } from '@espalier/onnx';
import { PruningError } from '../errors.js';
import { patchPlace } from './operand-patch.js';
import type { OperandRepair } from './repair.js';
import type { Aftermath } from './survivors.js';
import { quoted, type Trace } from './trace.js';

/** Constants and nodes as they will be; filled step by step. */
export interface Edits {
  readonly setConstants: Map<string, ConstantData>;
  readonly setNodes: Map<string, NodeEdit>;
}

/** Gives nodes the counts, bounds and sizes that they need after some channels went. */
export function repairedNodes(trace: Trace, after: Aftermath, edits: Edits): void {
  const patches = new Map<string, Map<number, number[]>>();
  for (const repair of trace.repairs) {
    if (repair.kind === 'operand') repairOperand(trace, after, { repair, patches });
    else if (repair.channels.some((axis) => after.touches(axis))) {
      changeNode(edits, repair.node.name, { attributes: repair.wanted(after) });
    }
  }
  for (const [node, operands] of patches) {
    for (const [operand, values] of operands) {
      const name = freshName(trace, edits, `${node}_operand_${operand}`);
      edits.setConstants.set(name, integers(trace, { node, operand, values }));
      changeNode(edits, node, { inputs: new Map([[operand, name]]) });
    }
  }
}

function repairOperand(
  trace: Trace,
  after: Aftermath,
  { repair, patches }: { repair: OperandRepair; patches: Map<string, Map<number, number[]>> },
): void {
  const { node, operand } = repair;
  const tensor = node.inputs[operand] ?? '';
  const isTouched = repair.channels.some((axis) => after.touches(axis));
  if (!isTouched && (tensor === '' || trace.graph.isConstant(tensor))) return;
  const current = tensor === '' ? [] : after.values.of(tensor)?.data;
  if (!current && !isTouched) return;
  if (!current) throw impossible(repair);
  const wanted = repair.wanted(current, after, trace.values.of(tensor)?.data ?? []);
  const changed = [...wanted.keys()].filter((index) => wanted[index] !== current[index]);
  if (changed.length === 0 && wanted.length === current.length) return;
  if (!wanted.every(Number.isSafeInteger)) throw impossible(repair); // no count, no bound and no size
  const lengthOf = (piece: string): number | undefined => after.values.of(piece)?.data.length;
  if (wanted.length !== current.length || tensor === '') {
    patch(patches, { node: node.name, operand }, wanted);
    return;
  }
  for (const index of changed) {
    const place = patchPlace(trace.graph, { tensor, index, length: current.length }, lengthOf);
    if (!place) throw impossible(repair);
    if (place.kind === 'whole') {
      patch(patches, { node: node.name, operand }, wanted);
      return;
    }
    const piece = place.concat.inputs[place.operand] ?? '';
    const size = lengthOf(piece) ?? 1;
    patch(
      patches,
      { node: place.concat.name, operand: place.operand },
      wanted.slice(place.offset, place.offset + size),
    );
  }
}

function patch(
  patches: Map<string, Map<number, number[]>>,
  { node, operand }: { node: string; operand: number },
  values: readonly number[],
): void {
  const operands = patches.get(node) ?? new Map<number, number[]>();
  patches.set(node, operands);
  operands.set(operand, [...values]);
}

function changeNode({ setNodes }: Edits, name: string, change: NodeEdit): void {
  const known = setNodes.get(name);
  const inputs = new Map([...(known?.inputs ?? []), ...(change.inputs ?? [])]);
  const attributes = new Map<string, AttributeValue | undefined>([
    ...(known?.attributes ?? []),
    ...(change.attributes ?? []),
  ]);
  if (inputs.size > 0 || attributes.size > 0) setNodes.set(name, { inputs, attributes });
}

/** A list of the type that the operand had: 64-bit integers, unless it says otherwise. */
function integers(
  trace: Trace,
  { node, operand, values }: { node: string; operand: number; values: readonly number[] },
): ConstantData {
  const tensor = trace.graph.nodeNamed(node)?.inputs[operand] ?? '';
  const dims = trace.values.of(tensor)?.dims ?? [values.length];
  const shape = dims.length === 0 ? [] : [values.length];
  return trace.typeOf(tensor) === 'int32'
    ? constantData(shape, Int32Array.from(values))
    : constantData(shape, BigInt64Array.from(values, BigInt));
}

function freshName({ graph }: Trace, { setConstants }: Edits, stem: string): string {
  const isTaken = (name: string): boolean =>
    setConstants.has(name) ||
    graph.initializer(name) !== undefined ||
    graph.producerOf(name) !== undefined ||
    graph.inputs.some((input) => input.name === name);
  let name = stem;
  for (let suffix = 1; isTaken(name); suffix++) name = `${stem}_${suffix}`;
  return name;
}

function impossible({ node, operand }: OperandRepair): PruningError {
  return new PruningError(
    'group-not-prunable',
    `operand ${operand} of node ${quoted(node.name)} counts channels and is computed in a way that cannot be followed`,
    { hint: 'keep this group whole' },
  );
}
