import type { ElementType, GraphNode, GraphView, OnnxModel } from '@espalier/onnx';
import type { TensorShapes } from '../block.js';
import { type ConstantForm, constantForm } from '../constants.js';
import type { Balance } from './balance.js';
import { type Axis, Channels } from './channels.js';
import type { Repair } from './repair.js';
import type { SliceRole } from './group.js';
import { ShapeValues, type Values } from './shape-values.js';

/** An axis of an operand that a node uses as a weight; the operand may be computed from the stored weight. */
export interface WeightUse {
  readonly node: GraphNode;
  readonly tensor: string;
  readonly axis: number;
  readonly role: SliceRole;
  /** False for statistics of norms and scales of quantisations. */
  readonly isTrained: boolean;
}

/** A layer and the channels that it makes. */
export interface Made {
  readonly node: GraphNode;
  readonly channels: Int32Array;
}

/**
 * What is known about the channels of a graph while its nodes are walked in order of execution: the channels along every
 * axis of every tensor, who makes them, which weights belong to them, and what has to be repaired when some go.
 */
export class Trace {
  readonly graph: GraphView;
  readonly opset: number;
  readonly channels = new Channels();
  readonly uses: WeightUse[] = [];
  readonly made: Made[] = [];
  readonly repairs: Repair[] = [];
  /** Grouped convolutions of which every group has to lose as many channels. */
  readonly balances: Balance[] = [];
  /** Channels behind shuffles whose order regrouping does not show, by the tensor at the end of the shuffle. */
  readonly shuffled = new Map<string, { readonly axis: number; readonly channels: Int32Array }>();
  /** Nodes that compute with several channels at once, without weights, and those channels. */
  readonly mixed: Made[] = [];
  /** Lengths of axes with channels that the graph reads off its own tensors, as they are in the whole model. */
  readonly widths = new Map<string, Values & { readonly axis: Int32Array }>();
  /** Stored and filled constants of which some axis was asked for. */
  readonly constants = new Map<string, ConstantForm>();
  /** Values of shapes and bounds in the traced run. */
  readonly values: ShapeValues;
  readonly #shapes: TensorShapes;
  readonly #axes = new Map<string, readonly Axis[]>();

  constructor({ graph, opset }: OnnxModel, shapes: TensorShapes) {
    this.graph = graph;
    this.opset = opset;
    this.#shapes = shapes;
    this.values = new ShapeValues(graph, (tensor) => this.dimsOf(tensor));
  }

  /** Dims of a tensor in the traced run, or of a constant; undefined where they are not known. */
  dimsOf(tensor: string): readonly number[] | undefined {
    return this.#shapes.get(tensor)?.dims ?? this.#axesOfConstant(tensor)?.dims;
  }

  /** Element type of a tensor in the traced run, or of a constant. */
  typeOf(tensor: string): ElementType | undefined {
    return this.#shapes.get(tensor)?.elementType ?? this.graph.constantTensor(tensor)?.elementType;
  }

  /** Channels along every axis of a tensor; those of a stored constant are made when they are first asked for. */
  axesOf(tensor: string): readonly Axis[] {
    this.#axesOfConstant(tensor);
    return this.#axes.get(tensor) ?? [];
  }

  axisOf(tensor: string, axis: number): Axis {
    return this.axesOf(tensor)[axis];
  }

  /** Sets the channels along the axes of a tensor; axes that are left out at the end have none. */
  setAxes(tensor: string, axes: readonly Axis[]): void {
    if (tensor === '' || !axes.some((axis) => axis !== undefined)) return;
    const dims = this.dimsOf(tensor) ?? axes.map((axis) => axis?.length ?? 1);
    const whole = dims.map((dim, index) => {
      const axis = axes[index];
      if (!axis || axis.length === dim) return axis;
      this.channels.pinAxis(axis, `of another width than tensor ${quoted(tensor)}`);
      return undefined;
    });
    this.#axes.set(tensor, whole);
  }

  /** All tensors along which something may go, with the channels of their axes. */
  tensors(): IterableIterator<[string, readonly Axis[]]> {
    return this.#axes.entries();
  }

  /** Notes that an axis of an operand is a weight of the channels along it. */
  use(node: GraphNode, operand: number, { axis, role, isTrained = true }: Use): void {
    const tensor = node.inputs[operand] ?? '';
    if (this.graph.isConstant(tensor)) this.uses.push({ node, tensor, axis, role, isTrained });
  }

  /** Notes that a node is a layer that makes these channels. */
  makes(node: GraphNode, axis: Axis): void {
    if (axis && !this.#isConstantNode(node)) this.made.push({ node, channels: axis });
  }

  /** Notes that a node computes with these channels at once. */
  mixes(node: GraphNode, axis: Axis): void {
    if (axis && !this.#isConstantNode(node)) this.mixed.push({ node, channels: axis });
  }

  /** Everything that a node reads stays as it is. */
  refuse(node: GraphNode, why: string): void {
    for (const tensor of [...node.inputs, ...node.captured]) this.pinTensor(tensor, `${why} ${quoted(node.name)}`);
  }

  pinTensor(tensor: string, reason: string): void {
    for (const axis of this.axesOf(tensor)) this.channels.pinAxis(axis, reason);
  }

  #isConstantNode(node: GraphNode): boolean {
    return node.outputs.every((output) => output === '' || this.graph.isConstant(output));
  }

  #axesOfConstant(tensor: string): ConstantForm | undefined {
    const known = this.constants.get(tensor);
    if (known || tensor === '' || this.#axes.has(tensor) || !this.#isStored(tensor)) return known;
    const form = constantForm(this.graph, tensor);
    if (!form) return undefined;
    this.constants.set(tensor, form);
    const length = form.dims.reduce((product, dim) => product * dim, 1);
    // A lone number is a setting, and goes with no channel; entries of less than a byte cannot be taken out.
    if (length > 1 && !PACKED.test(form.elementType) && this.channels.hasRoomFor(sum(form.dims))) {
      const axes = form.dims.map((dim) => this.channels.fresh(dim));
      this.#axes.set(tensor, axes);
    }
    return form;
  }

  /** Whether the tensor is where a constant lies, not one that is handed on. */
  #isStored(tensor: string): boolean {
    const producer = this.graph.producerOf(tensor);
    return !producer || producer.opType === 'Constant' || producer.opType === 'ConstantOfShape';
  }
}

function sum(dims: readonly number[]): number {
  return dims.reduce((total, dim) => total + dim, 0);
}

/** Element types whose entries share bytes, or have no fixed size. */
const PACKED = /^(u?int[24]|float4e2m1|string|unknown)$/;

interface Use {
  readonly axis: number;
  readonly role: SliceRole;
  readonly isTrained?: boolean;
}

/** How a reason names a node. */
export function quoted(name: string): string {
  return JSON.stringify(name);
}
