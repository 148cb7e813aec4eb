import type { Axis, Channels } from './channels.js';
import type { Survivors } from './repair.js';
import { ShapeValues } from './shape-values.js';
import type { Trace } from './trace.js';

/** A trace after some channels went: what is left of every axis, and what shapes and bounds come out as. */
export class Aftermath implements Survivors {
  readonly values: ShapeValues;
  readonly #trace: Trace;
  readonly #removed: ReadonlySet<number>;
  readonly #counts = new Map<Int32Array, number>();

  /** @param removed the channels that went, each by the one that stands for its class */
  constructor(trace: Trace, removed: ReadonlySet<number>) {
    this.#trace = trace;
    this.#removed = removed;
    this.values = new ShapeValues(trace.graph, (tensor) => this.dimsOf(tensor), trace.widths);
  }

  keeps(channel: number): boolean {
    return channel < 0 || !this.#removed.has(this.#channels.rootOf(channel));
  }

  count(axis: Int32Array): number {
    const known = this.#counts.get(axis);
    if (known !== undefined) return known;
    let count = 0;
    for (const channel of axis) if (this.keeps(channel)) count++;
    this.#counts.set(axis, count);
    return count;
  }

  /** Whether anything along an axis went. */
  touches(axis: Axis): boolean {
    return axis !== undefined && this.count(axis) < axis.length;
  }

  get #channels(): Channels {
    return this.#trace.channels;
  }

  /** Dims of a tensor now; undefined where they were not known before. */
  dimsOf(tensor: string): readonly number[] | undefined {
    const axes = this.#trace.axesOf(tensor);
    return this.#trace.dimsOf(tensor)?.map((dim, index) => {
      const axis = axes[index];
      return axis ? this.count(axis) : dim;
    });
  }
}
