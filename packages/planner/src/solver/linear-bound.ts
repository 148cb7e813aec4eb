import { at } from '../latency/vector.js';
import type { LinearRow } from './cone.js';

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

/** Every one of `size` positions free. */
export function unitBox(size: number): Box {
  return { lower: new Float64Array(size), upper: new Float64Array(size).fill(1) };
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

/** The smallest value of the bound within a box. */
export function floorOf({ constant, reduced }: LinearBound, { lower, upper }: Box): number {
  return reduced.reduce((sum, cost, position) => sum + cost * at(cost < 0 ? upper : lower, position), constant);
}
