import type { Highs } from 'highs';
import { at } from '../latency/vector.js';
import { type Cone, coneUpper, scaleCone } from './cone.js';
import { chordCut, meanRow } from './cone-cuts.js';
import { unitBox } from './linear-bound.js';
import { minimiseCost, type ProgramAnswer } from './minimise.js';
import type { Program } from './program.js';
import { relax } from './relaxation.js';
import { varianceRanges } from './variance-range.js';

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
/** Of a sum of coefficients around 1. */
const ROUNDING = 1e-10;
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
 * Minimises the largest upper(x) of some cones exactly. Each search minimises what the upper bounds are at least: their
 * chords over the range of variance that the limit leaves. Every set within the limit keeps that below a number, so that it is
 * also what the search has to beat.
 * @throws PlannerError `solver-failed`
 */
export function minimiseUpper(highs: Highs, program: Program, chosen: readonly number[]): LowestUpper {
  const free = withLimit(program, chosen, Number.POSITIVE_INFINITY);
  const first = minimiseCost(highs, { ...free, cost: meanCost(program, chosen) });
  const upperOfSet = (positions: readonly number[]): number => largestUpper(program, chosen, positions);
  return descend(first, largestMeanFloor(program, chosen), upperOfSet, (limit, positions) => {
    if (program.size === 0) return IMPOSSIBLE;
    const limited = withLimit(program, chosen, limit);
    const goal = chordGoal(highs, limited, chosen, positions);
    return goal === undefined
      ? IMPOSSIBLE
      : minimiseCost(highs, { ...limited, cost: goal.cost }, { atMost: goal.atMost });
  });
}

const IMPOSSIBLE: Pick<ProgramAnswer, 'positions' | 'proven'> = { positions: undefined, proven: true };

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
  const solve = (limit: number): ProgramAnswer => minimiseCost(highs, withLimit(program, chosen, limit), { atMost });
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
  solve: (limit: number, positions: readonly number[]) => Pick<ProgramAnswer, 'positions' | 'proven'>,
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
  const sum = weightedSum(costs, size);
  const unit = meanSize(sum) || 1;
  return sum.map((value) => value / unit);
}

/**
 * A cost that every answer keeps at `atMost` or below: the chord cuts of the chosen cones at a set, weighted by how far it
 * uses up each. undefined: there is no answer.
 */
function chordGoal(
  highs: Highs,
  program: Program,
  chosen: readonly number[],
  positions: readonly number[],
): { readonly cost: Float64Array; readonly atMost: number } | undefined {
  const box = unitBox(program.size);
  const relaxation = relax(highs, program, { box });
  if (relaxation === undefined) return undefined;
  const domain = { box, ranges: [], known: relaxation.binding };
  const ranges = varianceRanges(highs, program, domain, Number.POSITIVE_INFINITY);
  const worst = largestUpper(program, chosen, positions);
  const x = new Float64Array(program.size);
  for (const position of positions) x[position] = 1;
  const terms = chosen.flatMap((index) => {
    const [cone, range] = [program.cones[index], ranges[index]];
    if (cone === undefined || range === undefined) return [];
    const { row } = cone.z === 0 ? { row: meanRow(cone) } : chordCut(cone, x, range);
    const weight = Math.max(0, coneUpper(cone, positions) / worst) ** WORST_WEIGHT;
    return [{ weight, values: row.coefficients.map((value) => -value), most: -row.lower }];
  });
  const most = terms.reduce((sum, term) => sum + term.weight * term.most, 0);
  const sum = weightedSum(terms, program.size);
  const unit = meanSize(sum) || 1;
  return { cost: sum.map((value) => value / unit), atMost: most / unit + ROUNDING };
}

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
  return sum;
}

/** The unit in which the solver's tolerances fit. */
function meanSize(cost: Float64Array): number {
  return cost.reduce((total, value) => total + Math.abs(value), 0) / cost.length;
}
