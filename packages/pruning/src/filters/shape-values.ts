import type { GraphNode, GraphView } from '@espalier/onnx';
import { constantForm, elementCount } from '../constants.js';

/** A small tensor of numbers: a shape, bounds of a slice, widths of a border. */
export interface Values {
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

/** Dims of any tensor of the graph; undefined where they are not known. */
export type DimsOf = (tensor: string) => readonly number[] | undefined;

/** Longer tensors are no shapes. */
const MOST_ELEMENTS = 65_536;

/** Chains that compute a shape have some dozen nodes; a longer one is given up, before it exhausts the stack. */
const DEEPEST_CHAIN = 500;

/**
 * Reads tensors whose values follow from constants and from the dims of other tensors: what exporters write for
 * `x.view(n, -1)`. Undefined for anything else.
 */
export class ShapeValues {
  readonly #graph: GraphView;
  readonly #dimsOf: DimsOf;
  readonly #known: Map<string, Values | undefined>;

  /** @param fixed tensors whose values are known beforehand */
  constructor(graph: GraphView, dimsOf: DimsOf, fixed: ReadonlyMap<string, Values> = new Map()) {
    this.#graph = graph;
    this.#dimsOf = dimsOf;
    this.#known = new Map(fixed);
  }

  of(tensor: string, depth = 0): Values | undefined {
    if (tensor === '' || depth > DEEPEST_CHAIN) return undefined;
    if (!this.#known.has(tensor)) this.#known.set(tensor, this.#compute(tensor, depth));
    return this.#known.get(tensor);
  }

  #compute(tensor: string, depth: number): Values | undefined {
    const form = constantForm(this.#graph, tensor);
    if (form) {
      const { dims, source, elementType } = form;
      if (elementCount(dims) > MOST_ELEMENTS || elementType === 'string') return undefined;
      const data =
        source.kind === 'stored' ? [...source.tensor.toFloat64()] : Array(elementCount(dims)).fill(source.value);
      return { dims, data };
    }
    const node = this.#graph.producerOf(tensor);
    if (!node || node.domain !== '') return undefined;
    if (node.opType === 'Shape') return this.#shape(node);
    const operation = OPERATIONS[node.opType];
    if (!operation || node.outputs[0] !== tensor) return undefined;
    const operands = node.inputs.map((input) => (input === '' ? undefined : this.of(input, depth + 1)));
    if (node.inputs.some((input, index) => input !== '' && !operands[index])) return undefined;
    const result = operation(
      operands.map((operand) => operand ?? NOTHING),
      node,
    );
    return result && result.data.length <= MOST_ELEMENTS && result.data.every(Number.isFinite) ? result : undefined;
  }

  #shape(node: GraphNode): Values | undefined {
    const dims = this.#dimsOf(node.inputs[0] ?? '');
    return dims && list(dims.slice(node.attribute('start')?.int ?? 0, node.attribute('end')?.int ?? dims.length));
  }
}

const NOTHING: Values = { dims: [0], data: [] };

function list(data: readonly number[]): Values {
  return { dims: [data.length], data };
}

type Operation = (operands: readonly Values[], node: GraphNode) => Values | undefined;

const unary =
  (change: (value: number) => number): Operation =>
  ([x = NOTHING]) => ({ dims: x.dims, data: x.data.map(change) });

/** An element; a lone number is every element. */
function at(from: Values, index: number): number {
  return from.data[from.data.length === 1 ? 0 : index] ?? 0;
}

/** Element by element; operands are as long as each other, or lone numbers. */
const binary =
  (join: (a: number, b: number) => number): Operation =>
  ([a = NOTHING, b = NOTHING]) => {
    const [long, short] = a.data.length >= b.data.length ? [a, b] : [b, a];
    if (short.data.length !== 1 && short.data.length !== long.data.length) return undefined;
    const dims = a.dims.length === b.dims.length ? long.dims : a.dims.length > b.dims.length ? a.dims : b.dims;
    return { dims, data: long.data.map((_, index) => join(at(a, index), at(b, index))) };
  };

const concat: Operation = (operands, node) => {
  if ((node.attribute('axis')?.int ?? 0) !== 0 && operands.some(({ dims }) => dims.length > 1)) return undefined;
  const inner = operands[0]?.dims.slice(1) ?? [];
  const data = operands.flatMap((operand) => operand.data);
  return { dims: [data.length / Math.max(1, elementCount(inner)), ...inner], data };
};

/** Along the first axis. */
const gather: Operation = ([x = NOTHING, indices = NOTHING], node) => {
  if ((node.attribute('axis')?.int ?? 0) !== 0) return undefined;
  const [length = 0, ...inner] = x.dims;
  const row = elementCount(inner);
  if (indices.data.length * row > MOST_ELEMENTS) return undefined;
  const data = indices.data.flatMap((index) => {
    const start = (index < 0 ? index + length : index) * row;
    return x.data.slice(start, start + row);
  });
  return { dims: [...indices.dims, ...inner], data };
};

/** Of a list, or of the rows of a table. */
const slice: Operation = ([x = NOTHING, ...bounds], node) => {
  const given = (operand: number, name: string): readonly number[] | undefined =>
    node.attribute(name)?.ints ?? bounds[operand]?.data;
  const [start] = given(0, 'starts') ?? [];
  const [end] = given(1, 'ends') ?? [];
  const axes = given(2, 'axes') ?? [];
  const [step = 1] = bounds[3]?.data ?? [];
  if (start === undefined || end === undefined || axes.length > 1 || (axes[0] ?? 0) !== 0) return undefined;
  const [length = 0, ...inner] = x.dims;
  const row = elementCount(inner);
  const picked = slicedEntries(length, { start, end, step });
  return {
    dims: [picked.length, ...inner],
    data: picked.flatMap((index) => x.data.slice(index * row, (index + 1) * row)),
  };
};

/** Indices that a slice takes of an axis, as ONNX's Slice reads its bounds. */
export function slicedEntries(
  length: number,
  { start, end, step }: { start: number; end: number; step: number },
): number[] {
  const clamp = (bound: number, low: number, high: number): number =>
    Math.min(Math.max(bound < 0 ? bound + length : bound, low), high);
  const indices: number[] = [];
  if (step > 0) {
    const last = clamp(end, 0, length);
    for (let index = clamp(start, 0, length); index < last; index += step) indices.push(index);
  } else if (step < 0) {
    const last = clamp(end, -1, length - 1);
    for (let index = clamp(start, 0, length - 1); index > last; index += step) indices.push(index);
  }
  return indices;
}

const reshape: Operation = ([x = NOTHING, shape = NOTHING]) => {
  const dims = resolvedShape(shape.data, x.dims);
  return elementCount(dims) === x.data.length ? { dims, data: x.data } : undefined;
};

/** Dims that a Reshape makes of a target with 0 (as in the input) and −1 (what is left). */
export function resolvedShape(target: readonly number[], input: readonly number[], keepsZeros = false): number[] {
  const dims = target.map((dim, axis) => (dim === 0 && !keepsZeros ? (input[axis] ?? 0) : dim));
  const rest = elementCount(dims.filter((dim) => dim !== -1));
  return dims.map((dim) => (dim === -1 ? elementCount(input) / Math.max(1, rest) : dim));
}

/** Of a table of rows and columns. */
const transpose: Operation = ([x = NOTHING], node) => {
  if (x.dims.length < 2) return x;
  const [rows = 0, columns = 0] = x.dims;
  const perm = node.attribute('perm')?.ints ?? [1, 0];
  if (x.dims.length > 2) return undefined;
  if (perm[0] === 0) return x;
  const data = Array.from({ length: columns }, (_, column) =>
    Array.from({ length: rows }, (__, row) => x.data[row * columns + column] ?? 0),
  );
  return { dims: [columns, rows], data: data.flat() };
};

const constantOfShape: Operation = ([shape = NOTHING], node) => {
  const length = elementCount(shape.data);
  const fill = node.attribute('value')?.tensor?.toFloat64()[0] ?? 0;
  return length <= MOST_ELEMENTS ? { dims: shape.data, data: Array<number>(length).fill(fill) } : undefined;
};

const range: Operation = ([start = NOTHING, limit = NOTHING, delta = NOTHING]) => {
  const [from = 0, to = 0, step = 1] = [start.data[0], limit.data[0], delta.data[0]];
  const length = Math.max(0, Math.ceil((to - from) / step));
  return length <= MOST_ELEMENTS ? list(Array.from({ length }, (_, index) => from + index * step)) : undefined;
};

const where: Operation = ([condition = NOTHING, a = NOTHING, b = NOTHING]) => {
  const long = [condition, a, b].reduce((x, y) => (y.data.length > x.data.length ? y : x));
  return {
    dims: long.dims,
    data: long.data.map((_, index) => (at(condition, index) === 0 ? at(b, index) : at(a, index))),
  };
};

/** Of a lone number. */
const expand: Operation = ([x = NOTHING, shape = NOTHING]) => {
  const length = elementCount(shape.data);
  if (x.data.length !== 1) return elementCount(x.dims) >= length ? x : undefined;
  const [value = 0] = x.data;
  return length <= MOST_ELEMENTS ? { dims: shape.data, data: Array<number>(length).fill(value) } : undefined;
};

const same: Operation = ([x = NOTHING]) => x;

/** Lists and lone numbers hold the same values with and without axes of length 1. */
const squeeze: Operation = ([x = NOTHING]) => (x.data.length === 1 ? { dims: [], data: x.data } : list(x.data));

/** Division as integers do it, unless a fraction is among the operands. */
function quotient(a: number, b: number): number {
  return Number.isInteger(a) && Number.isInteger(b) ? Math.trunc(a / b) : a / b;
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  Identity: same,
  Cast: unary((value) => value),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Neg: unary((value) => -value),
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary(quotient),
  Min: binary(Math.min),
  Max: binary(Math.max),
  Equal: binary((a, b) => (a === b ? 1 : 0)),
  Unsqueeze: ([x = NOTHING]) => (x.dims.length === 0 ? list(x.data) : x),
  Squeeze: squeeze,
  Concat: concat,
  Gather: gather,
  Slice: slice,
  Reshape: reshape,
  Transpose: transpose,
  ConstantOfShape: constantOfShape,
  Range: range,
  Where: where,
  ReduceProd: ([x = NOTHING]) => ({ dims: [], data: [elementCount(x.data)] }),
  Expand: expand,
};
