import type { GraphNode, GraphView } from '@espalier/onnx';
import type { TensorShapes } from '../block.js';
import { macsOf } from '../macs.js';
import type { Obstacle } from '../removability.js';
import { changedAxis, type Dims, resized, tracedDims } from './dims.js';
import type { Rebuilt } from './effect.js';
import { type FollowedWidths, followWidths } from './follow.js';

/** A region that may be replaced by a wire. */
export interface Replaceable {
  /** Undefined: nothing is in the way. */
  readonly obstacle: Obstacle | undefined;
  /**
   * Whether it can go also when it changes the width: one convolution or linear layer with what works in place behind it,
   * or the innermost level of an encoder-decoder.
   */
  readonly mayResize: boolean;
  readonly input: { readonly name: string };
  readonly output: { readonly name: string };
  readonly nodes: { readonly all: readonly GraphNode[] };
}

/** Whether a region can go, and what its removal makes anew. */
export interface Verdict {
  /** Why it cannot go. */
  readonly reason?: string;
  /** Weights that read another width without it. */
  readonly reinitialises?: readonly string[];
}

interface Context {
  readonly graph: GraphView;
  readonly shapes: TensorShapes;
}

/** Of one unit. Between a unit and the layer that reads it lie an activation, a pooling and the like. */
const MOST_NODES = 1000;

/**
 * What can go of regions in the order of execution. A unit that changes the width can when every layer that reads it can
 * be made anew, whatever other regions go as well, and when that costs less than what goes: a unit that narrows its input
 * for an expensive layer stays.
 */
export function verdictsOn(context: Context, regions: readonly Replaceable[]): Verdict[] {
  const plain = regions.map(({ obstacle }): Verdict => (obstacle ? { reason: obstacle.reason } : {}));
  const isResizing = regions.map(({ obstacle, mayResize }) => mayResize && obstacle?.widthAxis !== undefined);
  if (!isResizing.some(Boolean)) return plain;

  const behind = new WidthsBehind(context);
  const verdicts = plain.slice();
  for (const [index, region] of [...regions.entries()].toReversed()) {
    if (isResizing[index]) verdicts[index] = verdictOn(context, region, behind);
    if (verdicts[index]?.reason === undefined) behind.add(region);
  }
  return verdicts;
}

function verdictOn(context: Context, region: Replaceable, behind: WidthsBehind): Verdict {
  const { obstacle, input, output, nodes } = region;
  if (obstacle?.widthAxis === undefined) return {};
  const no = (why: string): Verdict => ({ reason: `${obstacle.reason}: ${why}` });
  const gone = new Set(nodes.all.map(({ index }) => index));
  const sources = { redirect: new Map([[output.name, input.name]]), gone };
  const followed = followWidths(context, sources, MOST_NODES);
  if (typeof followed === 'string') return no(followed);
  const reason = behind.refusalOf(output.name, obstacle.widthAxis);
  if (reason !== undefined) return no(reason);
  const dearer = dearerReader(context, nodes.all, followed);
  if (dearer) return no(`without it node ${JSON.stringify(dearer.node)} costs more than it does with it`);
  return { reinitialises: followed.rebuilt.map(({ tensor }) => tensor) };
}

/** A layer that is made anew, where all of them together then cost more than they and the unit do now. */
function dearerReader(
  { graph, shapes }: Context,
  unit: readonly GraphNode[],
  { rebuilt }: FollowedWidths,
): Rebuilt | undefined {
  const saved = unit.reduce((sum, node) => sum + macsOf(graph, shapes, node), 0);
  const rise = ({ node, from, to }: Rebuilt): number => {
    const reader = graph.nodeNamed(node);
    const axis = changedAxis(from, to) ?? 0;
    return reader ? macsOf(graph, shapes, reader) * ((to[axis] ?? 0) / (from[axis] ?? 1) - 1) : 0;
  };
  const risen = rebuilt.reduce((sum, each) => sum + rise(each), 0);
  return risen > saved ? rebuilt.toSorted((a, b) => rise(b) - rise(a))[0] : undefined;
}

/**
 * Tells whether tensors may be read with any other width, also where regions behind them go: then what reads the output of
 * such a region reads the changed tensor. Regions are added from the last to the first.
 */
class WidthsBehind {
  readonly #context: Context;
  readonly #dimsOf: (tensor: string) => Dims | undefined;
  /** Outputs of the regions that can go, by the tensor that they read. */
  readonly #outputs = new Map<string, string[]>();
  readonly #refusals = new Map<string, string | undefined>();

  constructor(context: Context) {
    this.#context = context;
    this.#dimsOf = tracedDims(context.graph, context.shapes);
  }

  add({ input, output }: Replaceable): void {
    const known = this.#outputs.get(input.name);
    if (known) known.push(output.name);
    else this.#outputs.set(input.name, [output.name]);
    const rank = this.#dimsOf(output.name)?.length ?? 0;
    // Asked for now, so that a later question about what lies in front need not go through the whole network.
    for (const axis of new Set([1, rank - 1])) if (axis > 0 && axis < rank) this.refusalOf(output.name, axis);
  }

  /** Why a tensor cannot be wider or narrower along an axis; undefined when it can. */
  refusalOf(tensor: string, axis: number): string | undefined {
    const key = `${axis} ${tensor}`;
    if (!this.#refusals.has(key)) this.#refusals.set(key, this.#refusal(tensor, axis));
    return this.#refusals.get(key);
  }

  #refusal(tensor: string, axis: number): string | undefined {
    const dims = this.#dimsOf(tensor) ?? [];
    const wider = new Map([[tensor, resized(dims, axis, (dims[axis] ?? 0) + 1)]]);
    const followed = followWidths(this.#context, { resized: wider }, MOST_NODES);
    if (typeof followed === 'string') return followed;
    for (const [name, after] of followed.dims) {
      const place = changedAxis(this.#dimsOf(name) ?? [], after) ?? axis;
      for (const output of this.#outputs.get(name) ?? []) {
        const reason = this.refusalOf(output, place);
        if (reason !== undefined) return `what lies behind it can go too, and then ${reason}`;
      }
    }
    return undefined;
  }
}
