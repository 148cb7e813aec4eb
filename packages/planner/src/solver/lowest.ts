import { blockSet } from '../latency/block-set.js';
import { predictLatency } from '../latency/predict.js';
import type { LowestReachable, SolveProblem, SolveTarget, TargetPrediction } from './problem.js';

/**
 * The set of lowest predicted latency on each target by itself: whatever saves time goes, within the limits on the number
 * of blocks, best saving first. `excluded` sets count: this is about the device, not about what was tried.
 * @throws PlannerError `saving-unknown`
 */
export function lowestReachable(problem: Omit<SolveProblem, 'excluded'>): readonly LowestReachable[] {
  return problem.targets.map((target) => {
    const removed = lowestSet(problem, target);
    return { ...predictTarget(target, removed), removed };
  });
}

/** What is expected of a target without the blocks `removed`. */
export function predictTarget({ target, table, limit }: SolveTarget, removed: readonly number[]): TargetPrediction {
  const limitMs = 'ratio' in limit ? limit.ratio * table.base.p50Ms : limit.limitMs;
  return { target, limitMs, ...predictLatency(table, removed) };
}

function lowestSet(problem: Omit<SolveProblem, 'excluded'>, { table }: SolveTarget): readonly number[] {
  const { blocks, pinned = [], forbidden = [], minRemoved = 0, maxRemoved = blocks.length } = problem;
  const shareOf = new Map(table.savings.map(({ index, share }) => [index, share]));
  const candidates = blocks
    .filter(({ index }) => !pinned.includes(index) && !forbidden.includes(index))
    .map(({ index }) => ({ index, share: shareOf.get(index) ?? 0 }))
    .toSorted((a, b) => b.share - a.share || a.index - b.index);
  const worthwhile = candidates.filter(({ share }) => share > 0).length;
  const wanted = Math.max(worthwhile, minRemoved - forbidden.length);
  const taken = Math.max(0, Math.min(wanted, maxRemoved - forbidden.length));
  return blockSet([...forbidden, ...candidates.slice(0, taken).map(({ index }) => index)]);
}
