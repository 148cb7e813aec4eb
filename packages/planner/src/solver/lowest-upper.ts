import type { Highs } from 'highs';
import { at } from '../latency/vector.js';
import { type Cone, coneUpper, scaleCone } from './cone.js';
import { tangentRow } from './cone-cuts.js';
import { minimiseCost, type ProgramAnswer } from './minimise.js';
import type { Program } from './program.js';

/** The set whose largest upper bound over some limits is smallest, among those that keep all others. */
export type LowestUpper =
  | {
      readonly status: 'found';
      readonly positions: readonly number[];
      /** Its largest upper bound over the limit. */
      readonly upper: number;
      /** Whether nothing is lower (by a billionth or more). */
      readonly proven: boolean;
    }
  /** Nothing keeps the others; `undecided`: cut short before a set was found. */
  | { readonly status: 'infeasible' | 'undecided' };

/** Two latencies that differ by less than this share are the same. */
export const EQUAL_LATENCY = 1e-9;
/** Programs solved before the answer is given as it stands. */
const MOST_SOLVES = 80;
/** How much more the limit that is furthest exceeded counts: as a power of how far it is. */
const WORST_WEIGHT = 16;

/** A program with some of its cones measured against `limit` times their own limit; Infinity: without them. */
export function withLimit(program: Program, chosen: readonly number[], limit: number): Program {
  const cones = program.cones.flatMap((cone, index) => {
    if (!chosen.includes(index)) return [cone];
    return Number.isFinite(limit) ? [scaleCone(cone, limit)] : [];
  });
  return { ...program, cones };
}

/** The largest upper bound of a set over the limits of some cones. */
export function largestUpper({ cones }: Program, chosen: readonly number[], positions: readonly number[]): number {
  return Math.max(...chosen.map((index) => upperOf(cones[index], positions)));
}

const upperOf = (cone: Cone | undefined, positions: readonly number[]): number =>
  cone === undefined ? Number.NEGATIVE_INFINITY : coneUpper(cone, positions);

/**
 * Minimises the largest upper(x) of some cones exactly. Each search minimises the tangent of the upper bounds at the last set,
 * which is above them (the root is concave), so most searches end at or near the minimum.
 * @throws PlannerError `solver-failed`
 */
export function minimiseUpper(highs: Highs, program: Program, chosen: readonly number[]): LowestUpper {
  const solve = (limit: number, cost: Float64Array): ProgramAnswer =>
    minimiseCost(highs, { ...withLimit(program, chosen, limit), cost });
  const first = solve(Number.POSITIVE_INFINITY, meanCost(program, chosen));
  const upperOfSet = (positions: readonly number[]): number => largestUpper(program, chosen, positions);
  return descend(first, largestMeanFloor(program, chosen), upperOfSet, (limit, positions) =>
    solve(limit, tangentCost(program, chosen, positions)),
  );
}

/**
 * The same among the sets that cost at most `atMost`: the cheapest set within a limit is compared with that cost, which
 * prunes the search well.
 * @param floor nothing lower is possible
 * @throws PlannerError `solver-failed`
 */
export function minimiseUpperWithin(
  highs: Highs,
  program: Program,
  chosen: readonly number[],
  { atMost, floor }: { readonly atMost: number; readonly floor: number },
): LowestUpper {
  const solve = (limit: number): ProgramAnswer => minimiseCost(highs, withLimit(program, chosen, limit), atMost);
  const lowest = Math.max(floor, largestMeanFloor(program, chosen));
  const upperOfSet = (positions: readonly number[]): number => largestUpper(program, chosen, positions);
  return descend(solve(Number.POSITIVE_INFINITY), lowest, upperOfSet, solve);
}

/**
 * Looks for a set below the lowest value that is known, or half-way to what is proved impossible, until it is proved that
 * there is none.
 */
function descend(
  first: ProgramAnswer,
  lowest: number,
  upperOfSet: (positions: readonly number[]) => number,
  solve: (limit: number, positions: readonly number[]) => ProgramAnswer,
): LowestUpper {
  if (first.positions === undefined) return { status: first.proven ? 'infeasible' : 'undecided' };
  let positions = first.positions;
  let upper = upperOfSet(positions);
  let floor = lowest;
  for (let solves = 0; solves < MOST_SOLVES && upper > 0; solves += 1) {
    const below = upper * (1 - EQUAL_LATENCY);
    if (floor >= below) return { status: 'found', positions, upper, proven: true };
    const halfway = (Math.max(0, floor) + upper) / 2;
    const limit = solves % 2 === 0 ? below : Math.min(below, halfway);
    const answer = solve(limit, positions);
    if (answer.positions !== undefined) {
      positions = answer.positions;
      upper = upperOfSet(positions);
    } else if (answer.proven) floor = limit;
    else break;
  }
  return { status: 'found', positions, upper, proven: false };
}

/** No set has a lower value: each cone without its uncertainty, and whatever saves time removed. */
function largestMeanFloor({ cones }: Program, chosen: readonly number[]): number {
  return Math.max(
    ...cones
      .filter((_, index) => chosen.includes(index))
      .map(({ mean, mean0 }) => mean.reduce((sum, value) => sum + Math.min(0, value), mean0)),
  );
}

function meanCost({ cones, size }: Program, chosen: readonly number[]): Float64Array {
  const costs = cones.filter((_, index) => chosen.includes(index)).map(({ mean }) => ({ weight: 1, values: mean }));
  return weightedSum(costs, size);
}

function tangentCost(program: Program, chosen: readonly number[], positions: readonly number[]): Float64Array {
  const { cones, size } = program;
  const worst = largestUpper(program, chosen, positions);
  const x = new Float64Array(size);
  for (const position of positions) x[position] = 1;
  const costs = cones
    .filter((_, index) => chosen.includes(index))
    .map((cone) => ({
      weight: Math.max(0, coneUpper(cone, positions) / worst) ** WORST_WEIGHT,
      values: tangentRow(cone, x).coefficients.map((value) => -value),
    }));
  return weightedSum(costs, size);
}

/** In the unit in which the mean size of an entry is 1. */
function weightedSum(
  terms: readonly { readonly weight: number; readonly values: Float64Array }[],
  size: number,
): Float64Array {
  const sum = new Float64Array(size);
  for (const { weight, values } of terms) {
    values.forEach((value, position) => {
      sum[position] = at(sum, position) + weight * value;
    });
  }
  const unit = sum.reduce((total, value) => total + Math.abs(value), 0) / size;
  return unit > 0 ? sum.map((value) => value / unit) : sum;
}
