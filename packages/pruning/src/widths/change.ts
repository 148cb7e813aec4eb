import { assertFewChannels } from '../plausible.js';
import { type Dims, resized } from './dims.js';

/** The origin of a channel that was not there before. */
export const NEW = -1;

/** More than any layer reads: what seems wider is a file that lies, and no memory is set aside for it. */
const WIDEST = 2 ** 23;

/** Whether dims may be those of something whose channels are followed. */
export function isFollowable(dims: Dims): boolean {
  return dims.every((dim) => dim <= WIDEST);
}

/** Another width of a tensor along one axis. */
export interface WidthChange {
  readonly axis: number;
  /** Which channel each channel was before, or `NEW`. */
  readonly origins: readonly number[];
}

/** A change to `size` channels of which none was there before. @throws OnnxError `model-too-large` for too many */
export function newChannels(axis: number, size: number): WidthChange {
  assertFewChannels(size);
  return { axis, origins: Array.from({ length: size }, () => NEW) };
}

/** Dims after a change; the same where there is none. */
export function changedDims(before: Dims, change: WidthChange | undefined): Dims {
  return change ? resized(before, change.axis, change.origins.length) : before;
}

/** Numbers from `start`, as many as `length` says. */
export function range(length: number, start = 0): number[] {
  return Array.from({ length }, (_, index) => start + index);
}
