import type { Highs } from 'highs';
import { removedBlocks, solveProblem } from './best-set.js';
import { compileProblem } from './compile.js';
import { explainSolution, type ExplainOptions, type Explanation } from './explain.js';
import { loadHighs } from './highs.js';
import { bestSets, type BestSets } from './k-best.js';
import { searchLowest } from './least-excess.js';
import { predictTarget } from './lowest.js';
import { frontOf, type FrontOptions, type ParetoFront } from './pareto.js';
import { checkProblem, type Solution, type SolveProblem, type TargetPrediction } from './problem.js';

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
  /**
   * The `count` best sets, in order of kept importance: the first is what `solve` finds, each other the best without those
   * before it.
   * @throws PlannerError as `solve`
   */
  solveBest(problem: SolveProblem, count: number): BestSets;
  /**
   * What can be kept at each latency of one target, or at each share of all limits at once.
   * @throws PlannerError as `solve`
   */
  paretoFront(problem: SolveProblem, options: FrontOptions): ParetoFront;
  /**
   * Why the solution is what it is: what the opposite would cost block by block, what each limit costs and would bring,
   * and, where there is no answer, how little it takes to have one.
   * @throws PlannerError as `solve`
   */
  explain(problem: SolveProblem, solution: Solution, options?: ExplainOptions): Explanation;
}

/**
 * Starts HiGHS (about 50 ms) and returns a solver on it.
 * @throws PlannerError `solver-unavailable`
 */
export async function loadSolver(): Promise<Solver> {
  const highs = await loadHighs();
  return {
    solve: (problem) => solveProblem(highs, problem),
    leastExcess: (problem) => leastExcessWith(highs, problem),
    solveBest: (problem, count) => bestSets(highs, problem, count),
    paretoFront: (problem, options) => frontOf(highs, problem, options),
    explain: (problem, solution, options) => explainSolution(highs, problem, solution, options),
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
