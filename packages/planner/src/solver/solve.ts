import type { Highs } from 'highs';
import { blockSet } from '../latency/block-set.js';
import { at } from '../latency/vector.js';
import { compileProblem, type CompiledProblem } from './compile.js';
import { loadHighs } from './highs.js';
import { minimiseCost, type ProgramAnswer } from './minimise.js';
import { searchLowest } from './least-excess.js';
import { lowestReachable, predictTarget } from './lowest.js';
import { checkProblem, type Solution, type SolveProblem, type SolveProof, type TargetPrediction } from './problem.js';
import { dropFreeBlocks } from './tie-break.js';

/** The set that comes closest to every limit at once. */
export interface LeastExcess {
  readonly removed: readonly number[];
  readonly predictions: readonly TargetPrediction[];
  /** Largest predicted latency over its limit; at most 1: within every limit, if the predictions were certain. */
  readonly worst: number;
}

/** The exact solver. Synchronous, without memory between calls: the same problem has the same solution. */
export interface Solver {
  /**
   * The set that keeps most importance while the upper bound of every predicted latency keeps its limit, with proof.
   * @throws PlannerError `problem-invalid`, `budget-invalid`, `saving-unknown`, `solver-failed`
   */
  solve(problem: SolveProblem): Solution;
  /**
   * The set whose largest predicted latency over its limit is smallest, regardless of importance and uncertainty: what to
   * try when `solve` says that nothing is certain to fit.
   * @returns undefined when every set is excluded
   * @throws PlannerError as `solve`
   */
  leastExcess(problem: SolveProblem): LeastExcess | undefined;
}

/**
 * Starts HiGHS (about 50 ms) and returns a solver on it.
 * @throws PlannerError `solver-unavailable`
 */
export async function loadSolver(): Promise<Solver> {
  const highs = await loadHighs();
  return {
    solve: (problem) => solveWith(highs, problem),
    leastExcess: (problem) => leastExcessWith(highs, problem),
  };
}

function solveWith(highs: Highs, problem: SolveProblem): Solution {
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

function leastExcessWith(highs: Highs, problem: SolveProblem): LeastExcess | undefined {
  checkProblem(problem);
  const compiled = compileProblem({ ...problem, confidenceZ: 0, margin: 0 });
  const lowest = searchLowest(highs, compiled.program);
  if (lowest === undefined) return undefined;
  const removed = removedBlocks(compiled, lowest.positions);
  return {
    removed,
    predictions: problem.targets.map((target) => predictTarget(target, removed)),
    worst: lowest.worst,
  };
}

function removedBlocks({ free, forbidden }: CompiledProblem, positions: readonly number[]): readonly number[] {
  return blockSet([...forbidden, ...positions.map((position) => at(free, position))]);
}

function keptImportance({ blocks }: SolveProblem, removed: readonly number[]): number {
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
