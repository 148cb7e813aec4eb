import { assertFewChannels } from '../plausible.js';

/**
 * What can go along one axis of a tensor: the channel of every entry, or `FIXED` for an entry that stays. An axis along
 * which nothing can go is `undefined`.
 */
export type Axis = Int32Array | undefined;

/** An entry that no channel stands for, so that it always stays. */
export const FIXED = -1;

/**
 * More channels than any network has, along all axes of all its weights: a file may claim weights of any size that a node
 * fills, and must not make the search take all memory.
 */
const MOST_CHANNELS = 1 << 25;

/**
 * Channels as equivalence classes: every layer makes fresh ones, and operators tie those together that can only go
 * together. A class that is pinned stays whole; the first reason is kept.
 */
export class Channels {
  readonly #parents: number[] = [];
  readonly #reasons = new Map<number, string>();

  /** An axis of new channels. @throws OnnxError `model-too-large` where there are too many by now */
  fresh(length: number): Int32Array {
    const first = this.#parents.length;
    assertFewChannels(first + length);
    const axis = new Int32Array(length);
    for (let entry = 0; entry < length; entry++) {
      axis[entry] = first + entry;
      this.#parents.push(first + entry);
    }
    return axis;
  }

  /** Whether so many more channels may be made. */
  hasRoomFor(length: number): boolean {
    return this.#parents.length + length <= MOST_CHANNELS;
  }

  /** The one channel that stands for a class. */
  rootOf(channel: number): number {
    let root = channel;
    for (let up = this.#parents[root] ?? root; up !== root; up = this.#parents[root] ?? root) root = up;
    for (let at = channel; at !== root; ) {
      const up = this.#parents[at] ?? root;
      this.#parents[at] = root;
      at = up;
    }
    return root;
  }

  /** Makes two channels go together; one that goes with a fixed entry stays. */
  tie(a: number, b: number, reason: string): void {
    if (a === FIXED || b === FIXED) {
      this.pin(a === FIXED ? b : a, reason);
      return;
    }
    const [rootA, rootB] = [this.rootOf(a), this.rootOf(b)];
    if (rootA === rootB) return;
    // The older channel stands for both, so that the order of making is the order of counting.
    const [root, other] = rootA < rootB ? [rootA, rootB] : [rootB, rootA];
    this.#parents[other] = root;
    const otherReason = this.#reasons.get(other);
    if (otherReason !== undefined && !this.#reasons.has(root)) this.#reasons.set(root, otherReason);
    this.#reasons.delete(other);
  }

  /** Makes the entries of two axes go together, one by one; returns what the common axis is. */
  tieAxes(a: Axis, b: Axis, reason: string): Axis {
    if (!a || !b || a.length !== b.length) {
      this.pinAxis(a, reason);
      this.pinAxis(b, reason);
      return undefined;
    }
    for (const [entry, channel] of a.entries()) this.tie(channel, b[entry] ?? FIXED, reason);
    return a;
  }

  /** Makes a channel stay. */
  pin(channel: number, reason: string): void {
    if (channel === FIXED) return;
    const root = this.rootOf(channel);
    if (!this.#reasons.has(root)) this.#reasons.set(root, reason);
  }

  /** Makes everything along an axis stay. */
  pinAxis(axis: Axis, reason: string): void {
    for (const channel of axis ?? []) this.pin(channel, reason);
  }

  /** Why a channel stays; undefined for one that can go. */
  reasonOf(channel: number): string | undefined {
    return this.#reasons.get(this.rootOf(channel));
  }
}
