import type { Highs } from 'highs';
import { at } from '../latency/vector.js';
import { branchAndCut } from './branch-and-cut.js';
import { coneMean, coneVariance, halfGradient, type Cone } from './cone.js';
import type { LinearRow } from './cone.js';
import { tangentRow, type VarianceRange } from './cone-cuts.js';
import {
  applyDeviation,
  searchDeviations,
  searchStart,
  type Deviation,
  type SearchSpace,
  type ValuedSet,
} from './deviation-search.js';
import { runLinear, withLinearProgram } from './linear-program.js';
import { countRows, isFeasible, type Program } from './program.js';
import { lagrangianBound, relax, type LinearBound, type Relaxation } from './relaxation.js';
import type { SolveProof } from './problem.js';
import { varianceRanges } from './variance-range.js';

/** The cheapest answer of a program; costs in the program's unit. */
export interface ProgramAnswer {
  readonly positions: readonly number[] | undefined;
  readonly proven: boolean;
  readonly lowerBound: number;
  readonly method: SolveProof['method'];
  readonly cuts: number;
  readonly nodes: number;
}

/** Costs that differ by less count as equal; the mean cost is 1, and sums of a thousand doubles are exact to about 1e-13. */
const EQUAL_COST = 1e-10;
/** Enumeration before the relaxation is tightened (tens of milliseconds each time), and after (a few seconds). */
const NEARBY_NODES = 200_000;
const SEARCH_NODES = [100_000, 100_000, 400_000, 10_000_000];

/**
 * Minimises the cost of a program, exactly: the continuous relaxation by HiGHS gives multipliers, and the deviation search
 * needs nothing else to prove its answer. While that takes long, the best set so far narrows the range in which the
 * uncertainty of anything better can lie, and so tightens the relaxation. What is still too large goes to HiGHS' branch
 * and cut.
 * @throws PlannerError `solver_failed`
 */
export function minimiseCost(highs: Highs, program: Program): ProgramAnswer {
  if (program.maxCount < program.minCount) return infeasible('trivial');
  if (program.size === 0) return onlyTheEmptySet(program);
  const step = costStep(program.cost);
  let effort: Effort = { method: 'deviation_search', cuts: 0, nodes: 0 };
  let best: ValuedSet | undefined;
  let ranges: readonly VarianceRange[] = [];
  let lowerBound = Number.NEGATIVE_INFINITY;
  let rows: readonly LinearRow[] = [];
  for (const maxNodes of SEARCH_NODES) {
    const relaxation = relax(highs, program, ranges);
    if (relaxation === undefined) return proven(best, effort);
    const found = searchDeviations({ ...spaceOf(program, relaxation), step, maxNodes, known: best });
    effort = { ...effort, cuts: effort.cuts + relaxation.cuts, nodes: effort.nodes + found.nodes };
    best = found.best;
    rows = relaxation.rows;
    if (found.proven) return proven(best, effort);
    lowerBound = Math.max(lowerBound, Math.min(found.lowerBound, best?.value ?? Number.POSITIVE_INFINITY));
    const nearby = searchNearby(highs, program, relaxation, { step, best, maxNodes: NEARBY_NODES });
    best = nearby.best;
    effort = { ...effort, nodes: effort.nodes + nearby.nodes };
    const narrowed = varianceRanges(highs, program, relaxation.rows, best === undefined ? Number.POSITIVE_INFINITY : best.value - step);
    if (narrowed === undefined) return proven(best, effort);
    ranges = narrowed;
  }
  return branch(highs, program, rows, best, lowerBound, effort);
}

type Effort = Pick<ProgramAnswer, 'method' | 'cuts' | 'nodes'>;

function proven(best: ValuedSet | undefined, effort: Effort): ProgramAnswer {
  return {
    positions: best?.positions,
    proven: true,
    lowerBound: best?.value ?? Number.POSITIVE_INFINITY,
    ...effort,
  };
}

function branch(
  highs: Highs,
  program: Program,
  rows: readonly LinearRow[],
  best: ValuedSet | undefined,
  lowerBound: number,
  effort: Effort,
): ProgramAnswer {
  const branched = branchAndCut(highs, program, rows);
  return {
    positions: branched.positions ?? best?.positions,
    proven: branched.proven,
    lowerBound: Math.max(branched.lowerBound, lowerBound),
    method: 'branch_and_cut',
    cuts: effort.cuts + branched.cuts,
    nodes: effort.nodes + branched.nodes,
  };
}

/**
 * Looks for a good set near the continuous optimum, where every cone is all but linear: the same search with a tangent
 * instead of the cuts. It proves nothing, but the better the known set, the narrower the ranges.
 */
function searchNearby(
  highs: Highs,
  program: Program,
  { x }: Relaxation,
  { step, best, maxNodes }: { readonly step: number; readonly best: ValuedSet | undefined; readonly maxNodes: number },
): { readonly best: ValuedSet | undefined; readonly nodes: number } {
  const rows = [...countRows(program), ...program.cones.map((cone) => tangentRow(cone, x))];
  const { size, cost } = program;
  const bounds = { lower: new Float64Array(size), upper: new Float64Array(size).fill(1) };
  const solution = withLinearProgram(highs, cost, bounds, rows, (model) => runLinear(highs, model));
  if (solution === undefined) return { best, nodes: 0 };
  const bound = lagrangianBound(cost, rows, solution.duals);
  const values = [{ constant: 0, reduced: cost }];
  return searchDeviations({ bound, rows, values, valueOf: judgeOf(program, bound), step, maxNodes, known: best });
}

function infeasible(method: SolveProof['method']): ProgramAnswer {
  return proven(undefined, { method, cuts: 0, nodes: 0 });
}

function spaceOf(
  program: Program,
  relaxation: Relaxation,
): Pick<SearchSpace, 'bound' | 'rows' | 'values' | 'valueOf'> {
  const { bound, surrogates, sideBounds } = relaxation;
  return { bound, rows: surrogates, values: sideBounds, valueOf: judgeOf(program, bound) };
}

function onlyTheEmptySet(program: Program): ProgramAnswer {
  if (!isFeasible(program, [])) return infeasible('trivial');
  return { positions: [], proven: true, lowerBound: 0, method: 'trivial', cuts: 0, nodes: 0 };
}

/**
 * The exact cost of a deviation, or Infinity. Most deviations break a cone clearly, which is seen from the few flipped blocks;
 * `isFeasible` has the last word on the rest.
 */
function judgeOf(program: Program, bound: LinearBound): (deviation: Deviation) => number {
  const start = searchStart(bound);
  const inStart = new Set(start);
  const signs = Float64Array.from(program.cost, (_, position) => (inStart.has(position) ? -1 : 1));
  const startCost = start.reduce((sum, position) => sum + at(program.cost, position), 0);
  const cones = program.cones.map((cone) => deviationOf(cone, start, signs));
  return (deviation) => {
    if (!cones.every((upper) => upper(deviation) <= 1 + CLEARLY_BROKEN)) return Number.POSITIVE_INFINITY;
    if (!isFeasible(program, applyDeviation(start, deviation))) return Number.POSITIVE_INFINITY;
    return deviation.reduce((cost, position) => cost + at(signs, position) * at(program.cost, position), startCost);
  };
}

/** Rounding of the quick evaluation is far below this share of the limit. */
const CLEARLY_BROKEN = 1e-9;

/** upper(start ⊕ deviation) from the start's own value, in time that depends on the deviation alone. */
function deviationOf(cone: Cone, start: readonly number[], signs: Float64Array): (deviation: Deviation) => number {
  const size = signs.length;
  const x = new Float64Array(size);
  for (const position of start) x[position] = 1;
  const gradient = halfGradient(cone.form, x);
  const mean = coneMean(cone, start);
  const variance = coneVariance(cone, start);
  return (deviation) => {
    let shiftedMean = mean;
    let shifted = variance;
    for (const row of deviation) {
      const sign = at(signs, row);
      shiftedMean += sign * at(cone.mean, row);
      shifted += sign * (at(cone.diagonal, row) + 2 * at(gradient, row));
      for (const column of deviation) shifted += sign * at(signs, column) * at(cone.form.matrix, row * size + column);
    }
    return shiftedMean + cone.z * Math.sqrt(Math.max(0, shifted));
  };
}

/**
 * The least by which two costs can differ: when every cost is a whole multiple of the smallest (equal scores, ranks), sums
 * are too, and nothing between two multiples needs to be looked for.
 */
function costStep(cost: Float64Array): number {
  const unit = cost.reduce((least, value) => (value > 0 && value < least ? value : least), Number.POSITIVE_INFINITY);
  if (!Number.isFinite(unit)) return EQUAL_COST;
  const whole = cost.every((value) => Math.abs(value / unit - Math.round(value / unit)) < 1e-9);
  return whole ? Math.max(EQUAL_COST, unit * (1 - 1e-6)) : EQUAL_COST;
}
