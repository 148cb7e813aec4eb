import type { LatencyEstimate } from '../latency/estimate.js';
import type { ComparisonPath } from './state.js';

/** A measured position of a path, and the latency that it is judged by; null: it could not be measured. */
export interface Judged {
  readonly position: number;
  readonly latency: LatencyEstimate | null;
}

/** The positions that draw a curve: spread evenly from the first step to the floor, the whole model not among them. */
export function spread({ steps }: ComparisonPath, points: number): readonly number[] {
  const last = points - 1;
  const positions = Array.from({ length: last }, (_, at) => Math.round((steps * (at + 1)) / last));
  return [...new Set(positions)].filter((position) => position > 0);
}

/** Whether a latency keeps a limit for certain: its upper bound does. */
const keeps = ({ latency }: Judged, limitMs: number): boolean => latency !== null && latency.ci[1] <= limitMs;

/**
 * The measured position that prunes least of those that keep the limit; undefined: none does.
 * @param judged in any order, the whole model among them
 */
export function bestOf(judged: readonly Judged[], limitMs: number): Judged | undefined {
  return judged.filter((each) => keeps(each, limitMs)).toSorted((a, b) => a.position - b.position)[0];
}

/**
 * Where to measure next in order to prune less and still keep the limit: halfway between the best so far and the nearest
 * position before it, which misses. Undefined when the best is found: they are neighbours, or, on a fine path, their
 * intervals overlap, so that nothing between them could be told apart from both. Also when nothing keeps the limit, the
 * floor included.
 * @param judged in any order, the whole model and the floor among them
 */
export function nextPosition({ fine }: ComparisonPath, judged: readonly Judged[], limitMs: number): number | undefined {
  const best = bestOf(judged, limitMs);
  if (best === undefined) return undefined;
  const before = judged.filter(({ position }) => position < best.position).toSorted((a, b) => b.position - a.position);
  const [missed] = before;
  if (missed === undefined || best.position - missed.position <= 1) return undefined;
  if (fine && overlap(missed.latency, best.latency)) return undefined;
  return Math.floor((missed.position + best.position) / 2);
}

const overlap = (slower: LatencyEstimate | null, faster: LatencyEstimate | null): boolean =>
  slower !== null && faster !== null && slower.ci[0] <= faster.ci[1];
