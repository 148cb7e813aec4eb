import type { Highs, Model } from 'highs';
import type { LinearRow } from './cone.js';
import { rangeRows, type VarianceRange } from './cone-cuts.js';
import { runLinear, withLinearProgram } from './linear-program.js';
import { countRows, type Program } from './program.js';
import { type Box, floorOf, lagrangianBound } from './linear-bound.js';
import type { ConeRow } from './surrogate.js';

/** Rounding of a sum, as a share of the variance: ranges are widened by it. */
const ROUNDING = 1e-9;
const UNBOUNDED: VarianceRange = { low: 0, high: Number.POSITIVE_INFINITY };

/** A part of the program's sets: those within the box and the ranges. Rows that hold for all of its answers are known. */
export interface Domain {
  readonly box: Box;
  /** One a cone, or none at all. */
  readonly ranges: readonly VarianceRange[];
  readonly known: readonly ConeRow[];
}

/**
 * Bounds every cone's independent variance c + d·x over the continuous points of a domain that satisfy the known half-spaces and cost
 * at most `mostCost`: among sets that beat a good one there is little choice left, so the ranges are narrow. Like every
 * bound here they rest on multipliers alone, not on the solver's word.
 * @throws PlannerError `solver-failed`
 */
export function varianceRanges(
  highs: Highs,
  program: Program,
  { box, ranges, known }: Domain,
  mostCost: number,
): readonly VarianceRange[] {
  const { cost, cones } = program;
  const rows: LinearRow[] = [...countRows(program), ...known.map(({ row }) => row)];
  ranges.forEach((range, index) => {
    const cone = cones[index];
    if (cone !== undefined && cone.z !== 0) rows.push(...rangeRows(cone, range));
  });
  if (Number.isFinite(mostCost)) rows.push({ coefficients: cost.map((value) => -value), lower: -mostCost });
  return withLinearProgram(highs, cost, box, rows, (model) => {
    const least = (objective: Float64Array): number => minimum(highs, model, objective, rows, box);
    return cones.map(({ constant, diagonal, z }, index) => {
      const before = ranges[index] ?? UNBOUNDED;
      if (z === 0) return before;
      const low = (constant + least(diagonal)) * (1 - ROUNDING);
      const high = (constant - least(diagonal.map((value) => -value))) * (1 + ROUNDING);
      return { low: Math.max(before.low, low), high: Math.min(before.high, high) };
    });
  });
}

/** A lower bound on objective·x, solved in a unit in which the solver's tolerances fit. */
function minimum(highs: Highs, model: Model, objective: Float64Array, rows: readonly LinearRow[], box: Box): number {
  const unit = objective.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  model.changeColsCost(
    { kind: 'range', from: 0, to: objective.length - 1 },
    objective.map((value) => value / unit),
  );
  const multipliers = runLinear(highs, model)?.duals.map((dual) => dual * unit) ?? new Float64Array(rows.length);
  return floorOf(lagrangianBound(objective, rows, multipliers), box);
}
