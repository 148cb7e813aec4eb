import type { Highs } from 'highs';
import { at } from '../latency/vector.js';
import type { LinearRow } from './cone.js';
import { coneCut, meanRow, type VarianceRange } from './cone-cuts.js';
import { addRow, runLinear, withLinearProgram } from './linear-program.js';
import { countRows, type Program } from './program.js';

/**
 * value(x) ≥ constant + Σ reduced_j·x_j for every x that satisfies the rows: weak duality, so it holds for any
 * multipliers ≥ 0, whatever the solver's rounding.
 */
export interface LinearBound {
  readonly constant: number;
  readonly reduced: Float64Array;
}

/** Bounds on every position: equal ones fix it. */
export interface Box {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** What is relaxed besides the program itself; the result holds for sets within the box and the ranges only. */
export interface RelaxOptions {
  readonly box?: Box;
  /** One a cone. */
  readonly ranges?: readonly VarianceRange[];
  /** Rows found before, each with the number of its cone. */
  readonly known?: readonly ConeRow[];
}

/** A half-space that holds for a cone. */
export interface ConeRow {
  readonly row: LinearRow;
  readonly cone: number;
}

/** The continuous relaxation with supporting half-spaces of the cones. */
export interface Relaxation {
  /** Where the continuous optimum lies. */
  readonly x: Float64Array;
  /** Half-spaces that bind at the optimum, to begin with when little changes. */
  readonly binding: readonly ConeRow[];
  /** One row a cone, the mean of its rows weighted by their multipliers, and the count rows: few, and tight at the optimum. */
  readonly surrogates: readonly LinearRow[];
  readonly bound: LinearBound;
  /** Further bounds, which are weaker at the root but stronger where flipped blocks have used up one cone and not another. */
  readonly sideBounds: readonly LinearBound[];
  /** Supporting half-spaces among the rows. */
  readonly cuts: number;
}

/** Cuts help the bound only; the search that follows is exact without them. */
const MOST_ROUNDS = 40;
/** A violation that is smaller than this share of what one of the blocks takes of a limit is not worth a cut. */
const LEAST_BLOCK_SHARE = 0.005;

/**
 * Solves the continuous relaxation by Kelley's cutting planes (each round adds the half-space that supports a violated
 * cone at the current optimum) and turns the multipliers into a bound that needs no solver to be believed.
 * @returns undefined when not even fractions of blocks meet the limits
 * @throws PlannerError `solver_failed`
 */
export function relax(highs: Highs, program: Program, options: RelaxOptions = {}): Relaxation | undefined {
  const { cones, cost } = program;
  const { box = unitBox(program), ranges = [], known = [] } = options;
  const counts = countRows(program);
  const coneRows: ConeRow[] = [...cones.map((cone, index) => ({ row: meanRow(cone), cone: index })), ...known];
  const before = coneRows.length;
  const start = [...counts, ...coneRows.map(({ row }) => row)];
  return withLinearProgram(highs, cost, box, start, (model) => {
    let solution = runLinear(highs, model);
    for (let round = 0; solution !== undefined && round < MOST_ROUNDS; round += 1) {
      const cuts = violatedCuts(program, solution.x, ranges);
      if (cuts.length === 0) break;
      for (const cut of cuts) {
        coneRows.push(cut);
        addRow(highs, model, cut.row);
      }
      solution = runLinear(highs, model);
    }
    if (solution === undefined) return undefined;
    const multipliers = solution.duals.subarray(counts.length);
    const merged = cones.map((_, cone) => surrogate(coneRows, multipliers, cone));
    return {
      x: solution.x,
      binding: coneRows.filter((_, index) => at(multipliers, index) > 0),
      surrogates: [...counts, ...merged.map(({ row }) => row)],
      bound: lagrangianBound(cost, [...counts, ...coneRows.map(({ row }) => row)], solution.duals),
      sideBounds: sideBounds(cost, merged),
      cuts: coneRows.length - before,
    };
  });
}

/** Every position free. */
export function unitBox({ size }: Program): Box {
  return { lower: new Float64Array(size), upper: new Float64Array(size).fill(1) };
}

function violatedCuts({ cones, size }: Program, x: Float64Array, ranges: readonly VarianceRange[]): readonly ConeRow[] {
  return cones.flatMap((cone, index) => {
    if (cone.z === 0) return [];
    const { violation, row } = coneCut(cone, x, ranges[index]);
    return violation > LEAST_BLOCK_SHARE / size ? [{ row, cone: index }] : [];
  });
}

/** cost·x ≥ Σ λ_r·lower_r + Σ_j (cost_j − Σ_r λ_r·a_rj)·x_j for every x that satisfies the rows, λ ≥ 0. */
export function lagrangianBound(
  cost: Float64Array,
  rows: readonly LinearRow[],
  multipliers: Float64Array,
): LinearBound {
  const reduced = Float64Array.from(cost);
  let constant = 0;
  rows.forEach(({ coefficients, lower }, index) => {
    const multiplier = at(multipliers, index);
    if (multiplier === 0) return;
    constant += multiplier * lower;
    coefficients.forEach((value, position) => {
      reduced[position] = at(reduced, position) - multiplier * value;
    });
  });
  return { constant, reduced };
}

interface Surrogate {
  readonly row: LinearRow;
  /** Sum of the multipliers that it stands for. */
  readonly multiplier: number;
}

/** A convex combination of a cone's rows, by their multipliers; the last of them when none has a multiplier. */
function surrogate(rows: readonly ConeRow[], multipliers: Float64Array, cone: number): Surrogate {
  const chosen = [...rows.entries()].filter(([, row]) => row.cone === cone);
  const multiplier = chosen.reduce((sum, [index]) => sum + at(multipliers, index), 0);
  const [, last] = chosen.at(-1) ?? [0, { row: { coefficients: new Float64Array(0), lower: 0 } }];
  if (multiplier === 0) return { row: last.row, multiplier };
  const coefficients = new Float64Array(last.row.coefficients.length);
  let lower = 0;
  for (const [index, { row }] of chosen) {
    const weight = at(multipliers, index) / multiplier;
    if (weight === 0) continue;
    lower += weight * row.lower;
    row.coefficients.forEach((value, position) => {
      coefficients[position] = at(coefficients, position) + weight * value;
    });
  }
  return { row: { coefficients, lower }, multiplier };
}

/** The cost itself, and the bounds that put the whole multiplier on one cone, or on all but one. */
function sideBounds(cost: Float64Array, surrogates: readonly Surrogate[]): readonly LinearBound[] {
  const active = surrogates.filter(({ multiplier }) => multiplier > 0);
  const total = active.reduce((sum, { multiplier }) => sum + multiplier, 0);
  const boundOf = (chosen: readonly Surrogate[]): LinearBound => {
    const scale = total / chosen.reduce((sum, { multiplier }) => sum + multiplier, 0);
    const multipliers = Float64Array.from(chosen, ({ multiplier }) => multiplier * scale);
    return lagrangianBound(
      cost,
      chosen.map(({ row }) => row),
      multipliers,
    );
  };
  const alone = active.length > 1 ? active.map((one) => boundOf([one])) : [];
  const without = active.length > 2 ? active.map((one) => boundOf(active.filter((other) => other !== one))) : [];
  return [{ constant: 0, reduced: cost }, ...alone, ...without];
}
