import type { ConstantData, TensorView } from '@espalier/onnx';

/** Entries that stay along each axis, ascending; undefined: all of them. */
export type KeptEntries = readonly (readonly number[] | undefined)[];

/** Below this, a loop over bytes is faster than a call that copies them. */
const SHORT_BYTES = 64;

/** Neighbours that stay, as a place in bytes and a length. */
interface Run {
  readonly start: number;
  readonly length: number;
}

/** The constant with some entries only. What stays is copied byte by byte. */
export function slicedTensor(tensor: TensorView, kept: KeptEntries): ConstantData {
  const raw = tensor.rawBytes();
  const dims = tensor.dims.map((dim, axis) => kept[axis]?.length ?? dim);
  const elementBytes = raw.length / Math.max(1, tensor.elementCount);
  const last = kept.findLastIndex((entries) => entries !== undefined);
  if (last === -1) return { elementType: tensor.elementType, dims, raw };
  const entryBytes = product(tensor.dims.slice(last + 1)) * elementBytes;
  const runs = runsOf(kept[last] ?? [], entryBytes);
  const target = new Uint8Array(product(dims) * elementBytes);
  const rowBytes = (tensor.dims[last] ?? 1) * entryBytes;
  let written = 0;
  for (const row of rowsLeft(tensor.dims.slice(0, last), kept)) {
    written = copyRuns({ raw, start: row * rowBytes, runs }, target, written);
  }
  return { elementType: tensor.elementType, dims, raw: target };
}

/** Numbers of the rows that stay, where a row is everything along the last axis of which entries go. */
function rowsLeft(dims: readonly number[], kept: KeptEntries): readonly number[] {
  let rows: readonly number[] = [0];
  for (const [axis, dim] of dims.entries()) {
    const entries = kept[axis] ?? Array.from({ length: dim }, (_, entry) => entry);
    rows = rows.flatMap((row) => entries.map((entry) => row * dim + entry));
  }
  return rows;
}

function runsOf(entries: readonly number[], entryBytes: number): Run[] {
  const runs: { start: number; length: number }[] = [];
  for (const entry of entries) {
    const start = entry * entryBytes;
    const open = runs.at(-1);
    if (open && open.start + open.length === start) open.length += entryBytes;
    else runs.push({ start, length: entryBytes });
  }
  return runs;
}

/** Copies the runs of one row; returns where the next one is written. */
function copyRuns(
  { raw, start, runs }: { raw: Uint8Array; start: number; runs: readonly Run[] },
  target: Uint8Array,
  written: number,
): number {
  let at = written;
  for (const run of runs) {
    const from = start + run.start;
    if (run.length >= SHORT_BYTES) target.set(raw.subarray(from, from + run.length), at);
    else for (let index = 0; index < run.length; index++) target[at + index] = raw[from + index] ?? 0;
    at += run.length;
  }
  return at;
}

function product(dims: readonly number[]): number {
  return dims.reduce((total, dim) => total * dim, 1);
}
