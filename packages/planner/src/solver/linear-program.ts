import type { Highs, Model } from 'highs';
import { PlannerError } from '../errors.js';
import type { LinearRow } from './cone.js';

/** A solved linear program; `duals` has one entry a row and is never negative. */
export interface LinearSolution {
  readonly x: Float64Array;
  readonly duals: Float64Array;
}

/** Rows are scaled to about 1, so that this is an error of a billionth of a budget. */
const FEASIBILITY_TOLERANCE = 1e-9;

/**
 * Runs `use` with the linear program min cost·x, rows, lower ≤ x ≤ upper, and frees its memory afterwards: HiGHS models
 * live in WebAssembly memory that no garbage collector sees.
 */
export function withLinearProgram<Result>(
  highs: Highs,
  cost: Float64Array,
  bounds: { readonly lower: Float64Array; readonly upper: Float64Array },
  rows: readonly LinearRow[],
  use: (model: Model) => Result,
): Result {
  const model = highs.createModel({
    numCols: cost.length,
    numRows: 0,
    sense: highs.constants.objectiveSense.minimize,
    colCost: cost,
    colLower: bounds.lower,
    colUpper: bounds.upper,
    rowLower: [],
    rowUpper: [],
    matrix: { format: 'csr', numRows: 0, numCols: cost.length, starts: [0], indices: [], values: [] },
  });
  try {
    model.options.set({
      output_flag: false,
      // With a tolerance below its default, presolve calls programs infeasible whose right-hand side is almost 0 (1.15.1).
      presolve: 'off',
      primal_feasibility_tolerance: FEASIBILITY_TOLERANCE,
    });
    for (const row of rows) addRow(highs, model, row);
    return use(model);
  } finally {
    model.dispose();
  }
}

/** Appends coefficients·x ≥ lower. */
export function addRow(highs: Highs, model: Model, { coefficients, lower }: LinearRow): void {
  const indices: number[] = [];
  const values: number[] = [];
  coefficients.forEach((value, index) => {
    if (value === 0) return;
    indices.push(index);
    values.push(value);
  });
  model.addRow(lower, highs.infinity, { indices, values });
}

/**
 * Solves the program as it stands.
 * @returns undefined when HiGHS finds no point that satisfies every row: a claim, within its tolerances, not a proof
 * @throws PlannerError `solver-failed` when HiGHS stops for another reason
 */
export function runLinear(highs: Highs, model: Model): LinearSolution | undefined {
  const { modelStatus } = highs.constants;
  const { modelStatus: status } = model.run();
  if (status === modelStatus.infeasible) return undefined;
  if (status !== modelStatus.optimal) {
    throw new PlannerError('solver-failed', `HiGHS ended a linear program with model status ${status}`);
  }
  const { colValue, rowDual } = model.getSolution();
  return { x: colValue, duals: rowDual.map((dual) => Math.max(0, dual)) };
}
