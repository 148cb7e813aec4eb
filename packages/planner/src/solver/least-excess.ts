import type { Highs } from 'highs';
import { at } from '../latency/vector.js';
import { coneMean, type LinearRow } from './cone.js';
import { applyDeviation, searchDeviations, searchStart } from './deviation-search.js';
import { runLinear, withLinearProgram } from './linear-program.js';
import { countRows, hasImpossibleCount, isFeasible, type Program } from './program.js';
import { lagrangianBound, type LinearBound, unitBox } from './linear-bound.js';

/** The set of smallest worst-case excess; `worst` is the largest mean over its limit. */
export interface Lowest {
  readonly positions: readonly number[];
  readonly worst: number;
}

/** Two latencies that differ by less than this share of a limit are the same. */
const EQUAL_LATENCY = 1e-9;
/** A second of enumeration; what it found by then is good enough for an attempt that has no claim to be optimal. */
const MOST_NODES = 2_000_000;

/**
 * Minimises max_t mean_t(x) over the cones of a program (their means; uncertainty and limits do not count), within its
 * count and without its excluded sets. The multipliers of the continuous relaxation min θ, mean_t(x) ≤ θ turn the maximum
 * into one linear bound, and the deviation search does the rest.
 * @returns undefined when the count or the exclusions leave no set
 * @throws PlannerError `solver-failed`
 */
export function searchLowest(highs: Highs, program: Program): Lowest | undefined {
  const rules: Program = { ...program, cones: [] };
  if (hasImpossibleCount(program)) return undefined;
  const worstOf = (positions: readonly number[]): number =>
    Math.max(...program.cones.map((cone) => coneMean(cone, positions)));
  if (program.size === 0) return isFeasible(rules, []) ? { positions: [], worst: worstOf([]) } : undefined;
  const bound = minimaxBound(highs, program);
  if (bound === undefined) return undefined;
  const box = unitBox(program.size);
  const start = searchStart(bound, box);
  const { best } = searchDeviations({
    bound,
    box,
    rows: countRows(program),
    values: [],
    valueOf: (deviation) => {
      const positions = applyDeviation(start, deviation);
      return isFeasible(rules, positions) ? worstOf(positions) : Number.POSITIVE_INFINITY;
    },
    atMost: Number.POSITIVE_INFINITY,
    step: EQUAL_LATENCY,
    maxNodes: MOST_NODES,
  });
  return best === undefined ? undefined : { positions: best.positions, worst: best.value };
}

/** max_t mean_t(x) ≥ Σ w_t·mean_t(x) for weights w ≥ 0 that sum to 1, here those of the continuous optimum. */
function minimaxBound(highs: Highs, program: Program): LinearBound | undefined {
  const { size, cones } = program;
  const withLatency = (coefficients: Float64Array, weight: number): Float64Array => {
    const row = new Float64Array(size + 1);
    row.set(coefficients);
    row[size] = weight;
    return row;
  };
  const counts = countRows(program);
  const rows: LinearRow[] = [
    ...cones.map((cone) => ({
      coefficients: withLatency(
        cone.mean.map((value) => -value),
        1,
      ),
      lower: cone.mean0,
    })),
    ...counts.map(({ coefficients, lower }) => ({ coefficients: withLatency(coefficients, 0), lower })),
  ];
  const cost = withLatency(new Float64Array(size), 1);
  const bounds = {
    lower: withLatency(new Float64Array(size), Number.NEGATIVE_INFINITY),
    upper: withLatency(new Float64Array(size).fill(1), Number.POSITIVE_INFINITY),
  };
  const solution = withLinearProgram(highs, cost, bounds, rows, (model) => runLinear(highs, model));
  if (solution === undefined) return undefined;
  const weights = normalised(solution.duals.subarray(0, cones.length));
  const mean = new Float64Array(size);
  cones.forEach((cone, index) => {
    cone.mean.forEach((value, position) => {
      mean[position] = at(mean, position) + at(weights, index) * value;
    });
  });
  const constant = cones.reduce((sum, cone, index) => sum + at(weights, index) * cone.mean0, 0);
  const counted = lagrangianBound(mean, counts, solution.duals.subarray(cones.length));
  return { constant: constant + counted.constant, reduced: counted.reduced };
}

function normalised(weights: Float64Array): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return total > 0 ? weights.map((weight) => weight / total) : weights.map(() => 1 / weights.length);
}
