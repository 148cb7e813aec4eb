import type { Highs } from 'highs';
import { removedBlocks } from './best-set.js';
import { compileProblem, type CompiledProblem } from './compile.js';
import { limitInMs } from './lowest.js';
import { minimiseUpper } from './lowest-upper.js';
import type { SolveProblem } from './problem.js';

/** By how much limits have to be raised so that there is an answer. */
export type Relaxation =
  | {
      readonly status: 'possible';
      /** The targets whose limits are raised, and to what. */
      readonly limits: readonly { readonly target: string; readonly limitMs: number }[];
      /** Their limits times this leave one set, the one below; at most 1 where there is an answer already. */
      readonly factor: number;
      readonly removed: readonly number[];
      /** Whether it is proved that nothing smaller will do (by a billionth or more). */
      readonly proven: boolean;
    }
  /** `impossible`: not by any factor, because of other limits, counts, groups or excluded sets. */
  | { readonly status: 'impossible' | 'undecided' };

/** So that the rounding of a multiplication does not take back what the factor gives. */
const ROUNDING = 1e-12;

/**
 * The smallest factor of each limit alone, and of all of them together, that leaves an answer.
 * @throws PlannerError as `solveProblem`
 */
export function smallestRelaxations(
  highs: Highs,
  problem: SolveProblem,
): { readonly alone: readonly Relaxation[]; readonly together: Relaxation } {
  const compiled = compileProblem(problem);
  const relax = (chosen: readonly number[]): Relaxation => relaxationOf(highs, problem, compiled, chosen);
  return { alone: problem.targets.map((_, index) => relax([index])), together: relax([...problem.targets.keys()]) };
}

function relaxationOf(
  highs: Highs,
  { targets }: SolveProblem,
  compiled: CompiledProblem,
  chosen: readonly number[],
): Relaxation {
  const lowest = minimiseUpper(highs, compiled.program, chosen);
  if (lowest.status !== 'found') return { status: lowest.status === 'infeasible' ? 'impossible' : 'undecided' };
  const factor = lowest.upper * (1 + ROUNDING);
  return {
    status: 'possible',
    limits: chosen.flatMap((index) => {
      const target = targets[index];
      return target === undefined ? [] : [{ target: target.target, limitMs: factor * limitInMs(target) }];
    }),
    factor,
    removed: removedBlocks(compiled, lowest.positions),
    proven: lowest.proven,
  };
}
