import { at } from '../latency/vector.js';
import { isFeasible, type Program } from './program.js';

/** A cost below this share of the mean cost is no cost. */
const NO_COST = 1e-12;

/**
 * Of equally good sets the one with fewer blocks: whatever is removed at no cost stays if the limits allow it, last block
 * first. Other ties are decided by the order of the search, which has no clock and no randomness in it.
 */
export function dropFreeBlocks(program: Program, positions: readonly number[]): readonly number[] {
  let best = positions;
  for (const position of positions.toReversed()) {
    if (Math.abs(at(program.cost, position)) > NO_COST) continue;
    const fewer = best.filter((other) => other !== position);
    if (isFeasible(program, fewer)) best = fewer;
  }
  return best;
}
