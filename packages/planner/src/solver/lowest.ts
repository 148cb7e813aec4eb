import { blockSet } from '../latency/block-set.js';
import { predictLatency } from '../latency/predict.js';
import type { LowestReachable, SolveProblem, SolveTarget, TargetPrediction } from './problem.js';

/**
 * The set of lowest predicted latency on each target by itself: whatever saves time goes, within the limits on the number
 * of blocks, best saving first, which is exact because no block is in two groups. `excluded` sets count: this is about the device, not about what was tried.
 * @throws PlannerError `saving-unknown`
 */
export function lowestReachable(problem: Omit<SolveProblem, 'excluded'>): readonly LowestReachable[] {
  return problem.targets.map((target) => {
    const removed = lowestSet(problem, target);
    return { ...predictTarget(target, removed), removed };
  });
}

/** What is expected of a target without the blocks `removed`. */
export function predictTarget(target: SolveTarget, removed: readonly number[]): TargetPrediction {
  return { target: target.target, limitMs: limitInMs(target), ...predictLatency(target.table, removed) };
}

/** A limit in ms; of a ratio: of the pooled base. */
export function limitInMs({ table, limit }: SolveTarget): number {
  return 'ratio' in limit ? limit.ratio * table.base.p50Ms : limit.limitMs;
}

function lowestSet(problem: Omit<SolveProblem, 'excluded'>, { table }: SolveTarget): readonly number[] {
  const { blocks, pinned = [], forbidden = [], minRemoved = 0, maxRemoved = blocks.length } = problem;
  const shareOf = new Map(table.savings.map(({ index, share }) => [index, share]));
  const candidates = blocks
    .filter(({ index }) => !pinned.includes(index) && !forbidden.includes(index))
    .map(({ index }) => ({ index, share: shareOf.get(index) ?? 0 }))
    .toSorted((a, b) => b.share - a.share || a.index - b.index);
  const room = groupRoom(problem);
  const taken: number[] = [];
  for (const { index, share } of candidates) {
    const count = forbidden.length + taken.length;
    if (count >= maxRemoved || (share <= 0 && count >= minRemoved)) break;
    if (room.take(index)) taken.push(index);
  }
  return blockSet([...forbidden, ...taken]);
}

/** How many more blocks of each group may go. */
function groupRoom({ groups = [], forbidden = [] }: Omit<SolveProblem, 'excluded'>): { take(index: number): boolean } {
  const groupOf = new Map(groups.flatMap((group) => group.blocks.map((index) => [index, group] as const)));
  const left = new Map(groups.map((group) => [group, new Set(group.blocks).size - group.minKept]));
  const take = (index: number): boolean => {
    const group = groupOf.get(index);
    if (group === undefined) return true;
    const more = left.get(group) ?? 0;
    left.set(group, more - 1);
    return more > 0;
  };
  for (const index of blockSet(forbidden)) take(index);
  return { take };
}
