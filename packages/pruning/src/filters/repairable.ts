import { seededRandom } from '@espalier/onnx';
import type { Axis } from './channels.js';
import { patchPlace } from './operand-patch.js';
import type { OperandRepair } from './repair.js';
import { Aftermath } from './survivors.js';
import { quoted, type Trace } from './trace.js';

/** Sets of channels with which a repair is tried out: all but one, half, one, and some at random. */
const RANDOM_TRIALS = 3;

/**
 * Pins the channels of every repair that cannot be made: where an operand that counts channels is computed in a way that
 * neither follows the channels by itself nor can be given other numbers.
 */
export function pinUnrepairable(trace: Trace): void {
  for (const repair of trace.repairs) {
    if (repair.kind !== 'operand' || isRepairable(trace, repair)) continue;
    const reason = `counted by the computed operand ${repair.operand} of node ${quoted(repair.node.name)}`;
    for (const axis of dependsOn(trace, repair)) trace.channels.pinAxis(axis, reason);
  }
}

function isRepairable(trace: Trace, repair: OperandRepair): boolean {
  const tensor = repair.node.inputs[repair.operand] ?? '';
  if (tensor === '' || trace.graph.isConstant(tensor)) return tensor === '' || trace.values.of(tensor) !== undefined;
  const original = trace.values.of(tensor)?.data;
  if (!original) return repair.channels.every((axis) => axis === undefined);
  return trials(trace, repair).every((removed) => {
    const after = new Aftermath(trace, removed);
    const current = after.values.of(tensor)?.data;
    if (!current) return false;
    const wanted = repair.wanted(current, after, original);
    const lengthOf = (piece: string): number | undefined => after.values.of(piece)?.data.length;
    return (
      wanted.length === current.length &&
      wanted.every(
        (value, index) =>
          value === current[index] || patchPlace(trace.graph, { tensor, index, length: current.length }, lengthOf),
      )
    );
  });
}

function trials(trace: Trace, repair: OperandRepair): Set<number>[] {
  const free = new Set<number>();
  for (const axis of dependsOn(trace, repair)) {
    for (const channel of axis ?? []) {
      if (channel >= 0 && trace.channels.reasonOf(channel) === undefined) free.add(trace.channels.rootOf(channel));
    }
  }
  const all = [...free];
  if (all.length < 2) return [];
  const random = seededRandom(repair.node.name);
  return [
    new Set(all.slice(0, 1)),
    new Set(all.slice(1)),
    new Set(all.slice(0, all.length / 2)),
    ...Array.from({ length: RANDOM_TRIALS }, () => new Set(all.filter(() => random() < 0.5))),
  ];
}

/** Axes that the operand counts, or from whose lengths it is computed. */
function dependsOn(trace: Trace, repair: OperandRepair): Axis[] {
  const axes = [...repair.channels];
  const seen = new Set<string>();
  const open = [repair.node.inputs[repair.operand] ?? ''];
  for (let tensor = open.pop(); tensor !== undefined; tensor = open.pop()) {
    if (seen.has(tensor)) continue;
    seen.add(tensor);
    const node = trace.graph.producerOf(tensor);
    if (node?.opType === 'Shape') axes.push(...trace.axesOf(node.inputs[0] ?? ''));
    else open.push(...(node?.inputs ?? []));
  }
  return axes;
}
