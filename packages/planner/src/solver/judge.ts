import { at } from '../latency/vector.js';
import { coneMean, coneVariance, halfGradient, type Cone } from './cone.js';
import { applyDeviation, type Deviation } from './deviation-search.js';
import { isFeasible, type Program } from './program.js';

/** Rounding of the quick evaluation is far below this share of the limit. */
const CLEARLY_BROKEN = 1e-9;

/**
 * The exact cost of start ⊕ deviation, or Infinity when it is no answer. Most deviations break a cone clearly, which is
 * seen from the few flipped blocks; `isFeasible` has the last word on the rest.
 */
export function costJudge(program: Program, start: readonly number[]): (deviation: Deviation) => number {
  const inStart = new Set(start);
  const signs = Float64Array.from(program.cost, (_, position) => (inStart.has(position) ? -1 : 1));
  const startCost = start.reduce((sum, position) => sum + at(program.cost, position), 0);
  const uppers = program.cones.map((cone) => upperOfDeviation(cone, start, signs));
  return (deviation) => {
    if (!uppers.every((upper) => upper(deviation) <= 1 + CLEARLY_BROKEN)) return Number.POSITIVE_INFINITY;
    if (!isFeasible(program, applyDeviation(start, deviation))) return Number.POSITIVE_INFINITY;
    return deviation.reduce((cost, position) => cost + at(signs, position) * at(program.cost, position), startCost);
  };
}

/** upper(start ⊕ deviation) from the start's own value, in time that depends on the deviation alone. */
function upperOfDeviation(cone: Cone, start: readonly number[], signs: Float64Array): (deviation: Deviation) => number {
  const size = signs.length;
  const x = new Float64Array(size);
  for (const position of start) x[position] = 1;
  const gradient = halfGradient(cone.form, x);
  const startMean = coneMean(cone, start);
  const startVariance = coneVariance(cone, start);
  return (deviation) => {
    let mean = startMean;
    let variance = startVariance;
    for (const row of deviation) {
      const sign = at(signs, row);
      mean += sign * at(cone.mean, row);
      variance += sign * (at(cone.diagonal, row) + 2 * at(gradient, row));
      for (const column of deviation) variance += sign * at(signs, column) * at(cone.form.matrix, row * size + column);
    }
    return mean + cone.z * Math.sqrt(Math.max(0, variance));
  };
}
