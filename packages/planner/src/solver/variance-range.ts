import type { Highs, Model } from 'highs';
import { dot } from '../latency/vector.js';
import type { LinearRow } from './cone.js';
import type { VarianceRange } from './cone-cuts.js';
import { runLinear, withLinearProgram } from './linear-program.js';
import { countRows, type Program } from './program.js';
import { unitBox, type ConeRow } from './relaxation.js';

/** The solver's rounding, as a share of the variance: ranges are widened by it. */
const ROUNDING = 1e-6;

/**
 * Bounds every cone's independent variance c + d·x over the continuous points that satisfy the known half-spaces and cost at most
 * `mostCost`: among sets that beat a good one there is little choice left, so the ranges are narrow.
 * @returns undefined when there is no such point
 * @throws PlannerError `solver_failed`
 */
export function varianceRanges(
  highs: Highs,
  program: Program,
  known: readonly ConeRow[],
  mostCost: number,
): readonly VarianceRange[] | undefined {
  const { cost, cones } = program;
  const rows: LinearRow[] = [...countRows(program), ...known.map(({ row }) => row)];
  if (Number.isFinite(mostCost)) rows.push({ coefficients: cost.map((value) => -value), lower: -mostCost });
  return withLinearProgram(highs, cost, unitBox(program), rows, (model) => {
    const ranges: VarianceRange[] = [];
    for (const { constant, diagonal } of cones) {
      const low = minimum(highs, model, diagonal);
      const high = minimum(
        highs,
        model,
        diagonal.map((value) => -value),
      );
      if (low === undefined || high === undefined) return undefined;
      ranges.push({ low: Math.max(0, (constant + low) * (1 - ROUNDING)), high: (constant - high) * (1 + ROUNDING) });
    }
    return ranges;
  });
}

/** Smallest value of objective·x, solved in a unit in which the solver's tolerances fit. */
function minimum(highs: Highs, model: Model, objective: Float64Array): number | undefined {
  const unit = objective.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  model.changeColsCost(
    { kind: 'range', from: 0, to: objective.length - 1 },
    objective.map((value) => value / unit),
  );
  const solution = runLinear(highs, model);
  return solution === undefined ? undefined : dot(objective, solution.x);
}
