import type { Highs } from 'highs';
import { keptImportance, removedBlocks } from './best-set.js';
import { compileProblem, type CompiledProblem } from './compile.js';
import { limitInMs } from './lowest.js';
import { EQUAL_LATENCY, largestUpper, minimiseUpperWithin, withLimit } from './lowest-upper.js';
import { minimiseCost } from './minimise.js';
import type { ChosenSet, SolveProblem, SolveTarget } from './problem.js';

/** What another limit would mean. */
export type LimitChange =
  | {
      readonly status: 'changed';
      readonly limitMs: number;
      /** Kept importance there minus kept importance here: negative when tightened. */
      readonly keptDifference: number;
      readonly removed: readonly number[];
    }
  /** `impossible`: there is no answer; `undecided`: the search was cut short; `none`: no limit, however loose, keeps more. */
  | { readonly status: 'impossible' | 'undecided' | 'none' };

/** What one limit does to the answer, the others as they are. */
export interface LimitEffect {
  readonly target: string;
  readonly limitMs: number;
  /** The upper bound of the predicted latency over the limit: what is left of it up to 1 is unused. */
  readonly ofLimit: number;
  /** Whether more would be kept without it; null: undecided. Several limits may bind at once, or none of them alone. */
  readonly binds: boolean | null;
  /** 1 % less and 1 % more. */
  readonly tighterByPercent: LimitChange;
  readonly looserByPercent: LimitChange;
  /** The nearest limits at which something changes: just below what the answer needs, and the lowest that keeps more. */
  readonly nextTighter: LimitChange;
  readonly nextLooser: LimitChange;
}

const PERCENT = 0.01;
/** Differences below this share of the mean importance are none. */
const EQUAL_COST = 1e-9;

/**
 * What each limit costs, by solving the problem with that limit changed.
 * @throws PlannerError as `solveProblem`
 */
export function explainLimits(highs: Highs, problem: SolveProblem, answer: ChosenSet): readonly LimitEffect[] {
  const compiled = compileProblem(problem);
  const gone = new Set(answer.removed);
  const positions = [...compiled.free.keys()].filter((position) => gone.has(compiled.free[position] ?? Number.NaN));
  return problem.targets.map((target, index) => {
    const probe = new LimitProbe(highs, problem, compiled, answer, target, index);
    const ofLimit = largestUpper(compiled.program, [index], positions);
    const without = probe.at(Number.POSITIVE_INFINITY);
    return {
      target: target.target,
      limitMs: limitInMs(target),
      ofLimit,
      binds: without.status === 'changed' ? without.keptDifference > EQUAL_COST * compiled.costUnit : null,
      tighterByPercent: probe.at(1 - PERCENT),
      looserByPercent: probe.at(1 + PERCENT),
      nextTighter: probe.at(ofLimit * (1 - EQUAL_LATENCY)),
      nextLooser: probe.nextLooser(positions),
    };
  });
}

class LimitProbe {
  readonly #highs: Highs;
  readonly #problem: SolveProblem;
  readonly #compiled: CompiledProblem;
  readonly #answer: ChosenSet;
  readonly #limitMs: number;
  readonly #index: number;

  constructor(
    highs: Highs,
    problem: SolveProblem,
    compiled: CompiledProblem,
    answer: ChosenSet,
    target: SolveTarget,
    index: number,
  ) {
    this.#highs = highs;
    this.#problem = problem;
    this.#compiled = compiled;
    this.#answer = answer;
    this.#limitMs = limitInMs(target);
    this.#index = index;
  }

  /** The best set when the limit is this many times as large. */
  at(factor: number): LimitChange {
    if (factor <= 0) return { status: 'impossible' };
    const { positions, proven } = minimiseCost(this.#highs, withLimit(this.#compiled.program, [this.#index], factor));
    if (positions === undefined) return { status: proven ? 'impossible' : 'undecided' };
    return this.#changed(factor, positions);
  }

  /** The lowest limit at which more is kept than now. */
  nextLooser(positions: readonly number[]): LimitChange {
    const { program } = this.#compiled;
    const cost = positions.reduce((sum, position) => sum + (program.cost[position] ?? Number.NaN), 0);
    const better = { atMost: cost - EQUAL_COST, floor: this.#answer.status === 'optimal' ? 1 : 0 };
    const lowest = minimiseUpperWithin(this.#highs, program, [this.#index], better);
    if (lowest.status !== 'found') return { status: lowest.status === 'infeasible' ? 'none' : 'undecided' };
    return lowest.proven ? this.#changed(lowest.upper, lowest.positions) : { status: 'undecided' };
  }

  #changed(factor: number, positions: readonly number[]): LimitChange {
    const removed = removedBlocks(this.#compiled, positions);
    return {
      status: 'changed',
      limitMs: factor * this.#limitMs,
      keptDifference: keptImportance(this.#problem, removed) - this.#answer.keptImportance,
      removed,
    };
  }
}
