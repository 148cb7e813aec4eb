import type { Highs } from 'highs';
import { blockSet } from '../latency/block-set.js';
import { at } from '../latency/vector.js';
import { compileProblem, type CompiledProblem } from './compile.js';
import { lowestReachable, predictTarget } from './lowest.js';
import { minimiseCost, type ProgramAnswer } from './minimise.js';
import { checkProblem, type Solution, type SolveProblem, type SolveProof } from './problem.js';
import { dropFreeBlocks } from './tie-break.js';

/**
 * The set that keeps most importance while every limit is kept, with proof.
 * @throws PlannerError `problem-invalid`, `budget-invalid`, `saving-unknown`, `solver-failed`
 */
export function solveProblem(highs: Highs, problem: SolveProblem): Solution {
  checkProblem(problem);
  const compiled = compileProblem(problem);
  const answer = minimiseCost(highs, compiled.program);
  const proof = proofOf(problem, compiled, answer);
  if (answer.positions === undefined && answer.proven) {
    return { status: 'infeasible', lowestReachable: lowestReachable(problem), proof };
  }
  if (answer.positions === undefined) return { status: 'undecided', proof };
  const removed = removedBlocks(compiled, dropFreeBlocks(compiled.program, answer.positions));
  return {
    status: answer.proven ? 'optimal' : 'limit',
    removed,
    keptImportance: keptImportance(problem, removed),
    predictions: problem.targets.map((target) => predictTarget(target, removed)),
    proof,
  };
}

/** The blocks that are gone when those at the positions are. */
export function removedBlocks({ free, forbidden }: CompiledProblem, positions: readonly number[]): readonly number[] {
  return blockSet([...forbidden, ...positions.map((position) => at(free, position))]);
}

/** Sum of the importance of the blocks that stay. */
export function keptImportance({ blocks }: SolveProblem, removed: readonly number[]): number {
  const gone = new Set(removed);
  return blocks.reduce((sum, { index, importance }) => (gone.has(index) ? sum : sum + importance), 0);
}

function proofOf(problem: SolveProblem, compiled: CompiledProblem, answer: ProgramAnswer): SolveProof {
  const { positions, proven, lowerBound, relaxations, cuts, nodes } = answer;
  const effort = { relaxations, cuts, nodes };
  if (positions === undefined && proven) return { status: 'infeasible', keptBound: null, gap: null, ...effort };
  const whole = keptImportance(problem, compiled.forbidden);
  const keptBound = whole - lowerBound * compiled.costUnit;
  const gap =
    positions === undefined
      ? null
      : Math.max(0, keptBound - keptImportance(problem, removedBlocks(compiled, positions)));
  return { status: proven ? 'optimal' : 'limit', keptBound, gap, ...effort };
}
