import type { Highs } from 'highs';
import { at } from '../latency/vector.js';
import type { Cone, LinearRow } from './cone.js';
import { chordCut, meanRow, rangeRows, supportCut, type VarianceRange } from './cone-cuts.js';
import { addRow, runLinear, withLinearProgram } from './linear-program.js';
import { type Box, floorOf, lagrangianBound, type LinearBound, unitBox } from './linear-bound.js';
import { countRows, type Program } from './program.js';
import { type ConeRow, sideBounds, surrogateOf } from './surrogate.js';

/** What is relaxed besides the program itself; the result holds for sets within the box and the ranges only. */
export interface RelaxOptions {
  readonly box?: Box;
  /** One a cone. */
  readonly ranges?: readonly VarianceRange[];
  /** Rows found before, each with the number of its cone. */
  readonly known?: readonly ConeRow[];
}

/** The continuous relaxation with supporting half-spaces of the cones. */
export interface Relaxation {
  /** Where the continuous optimum lies. */
  readonly x: Float64Array;
  /** Half-spaces that bind at the optimum, to begin with when little changes. */
  readonly binding: readonly ConeRow[];
  /** One row a cone, the mean of its rows weighted by their multipliers, and the count rows: few, and tight at the optimum. */
  readonly surrogates: readonly LinearRow[];
  /** Sum of the multipliers of each cone's rows: what the bound gains when the cone is tightened. */
  readonly coneMultipliers: readonly number[];
  readonly bound: LinearBound;
  /** Further bounds, which are weaker at the root but stronger where flipped blocks have used up one cone and not another. */
  readonly sideBounds: readonly LinearBound[];
  /** Supporting half-spaces among the rows. */
  readonly cuts: number;
}

/** Cuts help the bound only; the search that follows is exact without them. Rounds times blocks, and rounds at least and at most. */
const MOST_CUT_BLOCKS = 4000;
const ROUNDS = { least: 4, most: 40 };
/** Rounds of supporting half-spaces once the chord of a range is no longer violated: it soon says as much as they do. */
const MOST_SUPPORT_ROUNDS = 3;
/** A violation that is smaller than this share of what one of the blocks takes of a limit is not worth a cut. */
const LEAST_BLOCK_SHARE = 0.005;

/**
 * Solves the continuous relaxation by Kelley's cutting planes (each round adds the half-space that supports a violated
 * cone at the current optimum) and turns the multipliers into a bound that needs no solver to be believed.
 * @returns undefined when it is proved that not even fractions of blocks meet the limits
 * @throws PlannerError `solver-failed`
 */
export function relax(highs: Highs, program: Program, options: RelaxOptions = {}): Relaxation | undefined {
  const { cones, cost } = program;
  const { box = unitBox(program.size), ranges = [], known = [] } = options;
  const counts = [...countRows(program), ...ranges.flatMap((range, index) => rangeRowsOf(cones[index], range))];
  const mostRounds = Math.min(ROUNDS.most, Math.max(ROUNDS.least, Math.round(MOST_CUT_BLOCKS / program.size)));
  const coneRows: ConeRow[] = [...cones.map((cone, index) => ({ row: meanRow(cone), cone: index })), ...known];
  const before = coneRows.length;
  const start = [...counts, ...coneRows.map(({ row }) => row)];
  return withLinearProgram(highs, cost, box, start, (model) => {
    let solution = runLinear(highs, model);
    let supportRounds = 0;
    for (let round = 0; solution !== undefined && round < mostRounds; round += 1) {
      const chords = violatedChords(program, solution.x, ranges);
      const cuts = chords.length > 0 ? chords : violatedSupports(program, solution.x);
      if (chords.length === 0 && ranges.length > 0) supportRounds += 1;
      if (cuts.length === 0 || supportRounds > MOST_SUPPORT_ROUNDS) break;
      for (const { row } of cuts) addRow(highs, model, row);
      coneRows.push(...cuts);
      solution = runLinear(highs, model);
    }
    const rows = [...counts, ...coneRows.map(({ row }) => row)];
    if (solution === undefined && provesInfeasible(highs, rows, box)) return undefined;
    const { x, duals } = solution ?? { x: middleOf(box), duals: new Float64Array(rows.length) };
    const multipliers = duals.subarray(counts.length);
    const surrogates = cones.map((_, cone) => surrogateOf(coneRows, multipliers, cone));
    return {
      x,
      binding: coneRows.filter((_, index) => at(multipliers, index) > 0),
      coneMultipliers: surrogates.map(({ multiplier }) => multiplier),
      surrogates: [...countRows(program), ...surrogates.map(({ row }) => row)],
      bound: lagrangianBound(cost, rows, duals),
      sideBounds: sideBounds(cost, surrogates),
      cuts: coneRows.length - before,
    };
  });
}

const middleOf = ({ lower, upper }: Box): Float64Array =>
  lower.map((least, position) => (least + at(upper, position)) / 2);

const rangeRowsOf = (cone: Cone | undefined, range: VarianceRange): readonly LinearRow[] =>
  cone === undefined || cone.z === 0 ? [] : rangeRows(cone, range);

function violatedSupports({ cones, size }: Program, x: Float64Array): readonly ConeRow[] {
  return cones.flatMap((cone, index) => {
    if (cone.z === 0) return [];
    const { violation, row } = supportCut(cone, x);
    return violation > LEAST_BLOCK_SHARE / size ? [{ row, cone: index }] : [];
  });
}

function violatedChords(
  { cones, size }: Program,
  x: Float64Array,
  ranges: readonly VarianceRange[],
): readonly ConeRow[] {
  return cones.flatMap((cone, index) => {
    const range = ranges[index];
    if (cone.z === 0 || range === undefined) return [];
    const { violation, row } = chordCut(cone, x, range);
    return violation > LEAST_BLOCK_SHARE / size ? [{ row, cone: index }] : [];
  });
}

/** Rounding of a sum of rows that are scaled to 1. */
const PROOF_ROUNDING = 1e-12;

/**
 * Whether no point of the box satisfies the rows: the multipliers of min θ, coefficients·x + θ ≥ lower combine them into one
 * row that plainly cannot be satisfied (Farkas), whatever the solver's tolerances.
 */
function provesInfeasible(highs: Highs, rows: readonly LinearRow[], box: Box): boolean {
  const size = box.lower.length;
  const elastic = rows.map(({ coefficients, lower }) => ({ coefficients: widen(coefficients, 1), lower }));
  const bounds = { lower: widen(box.lower, 0), upper: widen(box.upper, Number.POSITIVE_INFINITY) };
  const cost = widen(new Float64Array(size), 1);
  const solution = withLinearProgram(highs, cost, bounds, elastic, (model) => runLinear(highs, model));
  if (solution === undefined) return false;
  return floorOf(lagrangianBound(new Float64Array(size), rows, solution.duals), box) > PROOF_ROUNDING;
}

const widen = (values: Float64Array, last: number): Float64Array => Float64Array.of(...values, last);
