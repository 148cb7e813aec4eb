import type { Highs } from 'highs';
import { solveProblem } from './best-set.js';
import { explainLimits, type LimitEffect } from './limit-effects.js';
import type { Solution, SolveProblem } from './problem.js';
import { type Relaxation, smallestRelaxations } from './smallest-relaxations.js';

/** What explaining may leave out. */
export interface ExplainOptions {
  /** The blocks whose opposite is tried, at one solve each. Default: all. */
  readonly blocks?: readonly number[];
}

/** Why a block stayed or went. */
export interface BlockReason {
  readonly index: number;
  readonly importance: number;
  readonly removed: boolean;
  /**
   * `pinned` and `forbidden`: it was asked for. `needed`: no answer has it the other way round. `chosen`: that is possible,
   * at `opposite.cost`. `undecided`: the search for the opposite was cut short.
   */
  readonly reason: 'pinned' | 'forbidden' | 'needed' | 'chosen' | 'undecided';
  /** The best set that has the block the other way round, and the importance that is lost by it. */
  readonly opposite: { readonly removed: readonly number[]; readonly cost: number } | null;
}

/** An answer explained, or what it takes to have one. */
export type Explanation =
  | { readonly status: 'answered'; readonly blocks: readonly BlockReason[]; readonly limits: readonly LimitEffect[] }
  | {
      readonly status: 'infeasible';
      /** Per target: the smallest relaxation of its limit alone, the others as they are. */
      readonly alone: readonly Relaxation[];
      /** All limits relaxed by one factor. */
      readonly together: Relaxation;
    }
  | { readonly status: 'undecided' };

/**
 * Explains a solution by solving what lies next to it: each block forced the other way, each limit a little tighter and looser.
 * @throws PlannerError as `solveProblem`
 */
export function explainSolution(
  highs: Highs,
  problem: SolveProblem,
  solution: Solution,
  options: ExplainOptions = {},
): Explanation {
  if (solution.status === 'undecided') return { status: 'undecided' };
  if (solution.status === 'infeasible') return { status: 'infeasible', ...smallestRelaxations(highs, problem) };
  const { removed, keptImportance } = solution;
  const wanted = options.blocks === undefined ? undefined : new Set(options.blocks);
  const blocks = problem.blocks
    .filter(({ index }) => wanted?.has(index) ?? true)
    .map(({ index, importance }): BlockReason => {
      const block = { index, importance, removed: removed.includes(index) };
      return { ...block, ...reasonOf(highs, problem, block, keptImportance) };
    });
  return { status: 'answered', blocks, limits: explainLimits(highs, problem, solution) };
}

function reasonOf(
  highs: Highs,
  problem: SolveProblem,
  { index, removed }: { readonly index: number; readonly removed: boolean },
  kept: number,
): Pick<BlockReason, 'reason' | 'opposite'> {
  const { pinned = [], forbidden = [] } = problem;
  if (pinned.includes(index)) return { reason: 'pinned', opposite: null };
  if (forbidden.includes(index)) return { reason: 'forbidden', opposite: null };
  const forced = removed ? { pinned: [...pinned, index] } : { forbidden: [...forbidden, index] };
  const other = solveProblem(highs, { ...problem, ...forced });
  if (other.status === 'infeasible') return { reason: 'needed', opposite: null };
  if (other.status === 'undecided') return { reason: 'undecided', opposite: null };
  const opposite = { removed: other.removed, cost: kept - other.keptImportance };
  return { reason: 'chosen', opposite };
}
