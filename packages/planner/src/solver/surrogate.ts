import { at } from '../latency/vector.js';
import type { LinearRow } from './cone.js';
import { lagrangianBound, type LinearBound } from './linear-bound.js';

/** A half-space that holds for a cone. */
export interface ConeRow {
  readonly row: LinearRow;
  readonly cone: number;
}

/** One row that stands for several. */
export interface Surrogate {
  readonly row: LinearRow;
  /** Sum of the multipliers that it stands for. */
  readonly multiplier: number;
}

/** A convex combination of a cone's rows, by their multipliers; the last of them when none has a multiplier. */
export function surrogateOf(rows: readonly ConeRow[], multipliers: Float64Array, cone: number): Surrogate {
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
export function sideBounds(cost: Float64Array, surrogates: readonly Surrogate[]): readonly LinearBound[] {
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
