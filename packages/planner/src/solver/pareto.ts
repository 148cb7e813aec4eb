import type { Highs } from 'highs';
import { PlannerError } from '../errors.js';
import { keptImportance, removedBlocks } from './best-set.js';
import { compileProblem, type CompiledProblem } from './compile.js';
import { predictTarget } from './lowest.js';
import { EQUAL_LATENCY, largestUpper, minimiseUpper, minimiseUpperWithin, withLimit } from './lowest-upper.js';
import { minimiseCost } from './minimise.js';
import { checkProblem, type SolveProblem, type TargetPrediction } from './problem.js';
import { dropFreeBlocks } from './tie-break.js';

/** Which latency is traded for importance. */
export interface FrontOptions {
  /**
   * The name of a target: its own limit is left out, those of the others hold. `worst`: the largest upper bound over its
   * limit, of all targets, and no limit holds.
   */
  readonly against: { readonly target: string } | 'worst';
  /** Default 50. */
  readonly maxPoints?: number;
}

/** What can be kept at most when the latency is at most `ofLimit` times the limit. */
export interface FrontPoint {
  readonly removed: readonly number[];
  readonly keptImportance: number;
  /** The upper bound of the predicted latency over the limit (with the margin taken off); of `worst`: the largest. */
  readonly ofLimit: number;
  readonly predictions: readonly TargetPrediction[];
}

/** Points in descending order of latency and of kept importance: none is as good as another in both. */
export interface ParetoFront {
  readonly points: readonly FrontPoint[];
  /** Whether these are all; otherwise they are spread evenly over the latencies, each the best for its latency. */
  readonly complete: boolean;
  /** Whether every point is proved; one whose search was cut short may be dominated by a set that was not found. */
  readonly proven: boolean;
}

/** A set on the way to the front. */
interface Candidate {
  readonly positions: readonly number[];
  readonly cost: number;
  readonly upper: number;
}

const DEFAULT_POINTS = 50;
/** Costs whose difference is below this share of the mean cost are equal. */
const EQUAL_COST = 1e-9;
/** So that a set whose upper bound is the limit itself is within it, whatever the rounding of the division. */
const ROUNDING = 1e-12;

/**
 * The front by sweeping the limit: the best set of any latency, then the best of those that are faster than it, and so on,
 * until there is none (the ε-constraint method of Haimes, Lasdon & Wismer 1971, with the exact next ε). Latencies closer than a
 * billionth count as equal. Where there are more points than asked for, the limits are spread evenly instead.
 * @throws PlannerError as `solveProblem`, `problem-invalid` when the target is not in the problem
 */
export function frontOf(highs: Highs, problem: SolveProblem, options: FrontOptions): ParetoFront {
  checkProblem(problem);
  const compiled = compileProblem(problem);
  const { maxPoints = DEFAULT_POINTS } = options;
  if (!(maxPoints >= 1)) throw new PlannerError('problem-invalid', `A front of ${maxPoints} points was asked for`);
  return new Sweep(highs, problem, compiled, chosenCones(problem, options)).run(maxPoints);
}

function chosenCones({ targets }: SolveProblem, { against }: FrontOptions): readonly number[] {
  if (against === 'worst') return [...targets.keys()];
  const index = targets.findIndex(({ target }) => target === against.target);
  if (index >= 0) return [index];
  throw new PlannerError('problem-invalid', `The target ${against.target} is not in the problem`);
}

class Sweep {
  readonly #highs: Highs;
  readonly #problem: SolveProblem;
  readonly #compiled: CompiledProblem;
  readonly #chosen: readonly number[];
  #proven = true;

  constructor(highs: Highs, problem: SolveProblem, compiled: CompiledProblem, chosen: readonly number[]) {
    this.#highs = highs;
    this.#problem = problem;
    this.#compiled = compiled;
    this.#chosen = chosen;
  }

  run(maxPoints: number): ParetoFront {
    const all: Candidate[] = [];
    for (let limit = Number.POSITIVE_INFINITY; limit > 0; ) {
      const next = this.#bestWithin(limit);
      if (next === undefined) return this.#front(all, true);
      this.#append(all, next);
      if (all.length > maxPoints) return this.#front(this.#spread(all[0] ?? next, maxPoints), false);
      limit = (all.at(-1) ?? next).upper * (1 - EQUAL_LATENCY);
    }
    return this.#front(all, true);
  }

  /** Adds the next point; where it costs no more than the last, the fastest set of that cost stands for both. */
  #append(points: Candidate[], next: Candidate): void {
    const last = points.at(-1);
    if (last === undefined || next.cost > last.cost + EQUAL_COST) points.push(next);
    else points[points.length - 1] = this.#fastest(next);
  }

  /** The cheapest set whose latency is at most the limit. */
  #bestWithin(limit: number): Candidate | undefined {
    const program = withLimit(this.#compiled.program, this.#chosen, limit);
    const answer = minimiseCost(this.#highs, program);
    this.#proven &&= answer.proven;
    if (answer.positions === undefined) return undefined;
    return this.#candidate(dropFreeBlocks(program, answer.positions));
  }

  /** Of the sets that cost no more than this one the fastest. */
  #fastest(best: Candidate): Candidate {
    const rest = { atMost: best.cost + EQUAL_COST, floor: Number.NEGATIVE_INFINITY };
    const fastest = minimiseUpperWithin(this.#highs, this.#compiled.program, this.#chosen, rest);
    this.#proven &&= fastest.status === 'found' && fastest.proven;
    return fastest.status === 'found' && fastest.upper < best.upper ? this.#candidate(fastest.positions) : best;
  }

  #candidate(positions: readonly number[]): Candidate {
    const { program } = this.#compiled;
    return {
      positions,
      cost: positions.reduce((sum, position) => sum + (program.cost[position] ?? Number.NaN), 0),
      upper: largestUpper(program, this.#chosen, positions),
    };
  }

  /** The best sets for limits evenly between the slowest and the fastest set. */
  #spread(slowest: Candidate, points: number): readonly Candidate[] {
    const lowest = minimiseUpper(this.#highs, this.#compiled.program, this.#chosen);
    if (lowest.status !== 'found') return [slowest];
    this.#proven &&= lowest.proven;
    const step = (slowest.upper - lowest.upper) / Math.max(1, points - 1);
    const spread = [slowest];
    for (let point = 1; point < points; point += 1) {
      const limit = slowest.upper - point * step;
      const last = spread.at(-1);
      if (last !== undefined && last.upper <= limit) continue;
      const next = this.#bestWithin(limit * (1 + ROUNDING));
      if (next !== undefined) this.#append(spread, next);
    }
    return spread;
  }

  #front(candidates: readonly Candidate[], complete: boolean): ParetoFront {
    const points = candidates.map(({ positions, upper }) => {
      const removed = removedBlocks(this.#compiled, positions);
      return {
        removed,
        keptImportance: keptImportance(this.#problem, removed),
        ofLimit: upper,
        predictions: this.#problem.targets.map((target) => predictTarget(target, removed)),
      };
    });
    return { points, complete, proven: this.#proven };
  }
}
