import type { Highs } from 'highs';
import { at } from '../latency/vector.js';
import { tangentRow, type VarianceRange } from './cone-cuts.js';
import { searchDeviations, searchStart, type SearchResult, type ValuedSet } from './deviation-search.js';
import { costJudge } from './judge.js';
import { runLinear, withLinearProgram } from './linear-program.js';
import { countRows, hasImpossibleCount, isFeasible, type Program } from './program.js';
import { type Box, lagrangianBound, unitBox } from './linear-bound.js';
import { relax, type Relaxation } from './relaxation.js';
import type { ConeRow } from './surrogate.js';
import { varianceRanges } from './variance-range.js';

/** The cheapest answer of a program; costs in the program's unit. */
export interface ProgramAnswer {
  /** undefined: there is none (when proven) or none was found. */
  readonly positions: readonly number[] | undefined;
  readonly proven: boolean;
  /** No answer costs less. */
  readonly lowerBound: number;
  /** Continuous relaxations solved, half-spaces added to them, and sets looked at. */
  readonly relaxations: number;
  readonly cuts: number;
  readonly nodes: number;
}

/** Costs that differ by less count as equal; the mean cost is 1, and sums of a thousand doubles are exact to about 1e-13. */
const EQUAL_COST = 1e-10;
/** Sets looked at before the relaxation is tightened: some ten milliseconds. */
const ROOT_NODES = 100_000;
/** Sets looked at near the optimum for a good one to begin with. */
const NEARBY_NODES = 200_000;
/** Sets looked at before a branch is split, for each block: about as long as relaxing the two halves takes. */
const BRANCH_NODES_PER_BLOCK = 500;
/** Sets, and relaxations times blocks, after which the answer is given as it stands: some ten seconds either way. */
const MOST_NODES = 15_000_000;
const MOST_RELAXED_BLOCKS = 50_000;

/**
 * Minimises the cost of a program, exactly. The continuous relaxation by HiGHS gives multipliers, from which the deviation
 * search proves its answer; ordinary problems end here. Else the best set so far narrows the range in which the
 * uncertainty of anything better can lie, which tightens the relaxation, and what is still too large is split by fixing
 * the block that the relaxation is least sure of.
 * @throws PlannerError `solver-failed`
 */
export function minimiseCost(highs: Highs, program: Program): ProgramAnswer {
  if (hasImpossibleCount(program)) return trivialAnswer(undefined);
  if (program.size === 0) return trivialAnswer(isFeasible(program, []) ? [] : undefined);
  return new Minimisation(highs, program).run();
}

function trivialAnswer(positions: readonly number[] | undefined): ProgramAnswer {
  const lowerBound = positions === undefined ? Number.POSITIVE_INFINITY : 0;
  return { positions, proven: true, lowerBound, relaxations: 0, cuts: 0, nodes: 0 };
}

class Minimisation {
  readonly #highs: Highs;
  readonly #program: Program;
  readonly #step: number;
  #best: ValuedSet | undefined;
  #ranges: readonly VarianceRange[] = [];
  #relaxations = 0;
  #cuts = 0;
  #nodes = 0;

  constructor(highs: Highs, program: Program) {
    this.#highs = highs;
    this.#program = program;
    this.#step = costStep(program.cost);
  }

  run(): ProgramAnswer {
    const box = unitBox(this.#program.size);
    const root = this.#relax(box, []);
    if (root === undefined || this.#search(box, root, ROOT_NODES).proven) return this.#answer(Number.POSITIVE_INFINITY);
    this.#searchNearby(box, root);
    this.#ranges = varianceRanges(this.#highs, this.#program, root.binding, this.#cutoff());
    return this.#answer(this.#explore(box, []));
  }

  /** Looks for something better within a box; returns a cost that nothing better in there is below. */
  #explore(box: Box, known: readonly ConeRow[]): number {
    const relaxation = this.#relax(box, known);
    if (relaxation === undefined) return Number.POSITIVE_INFINITY;
    const found = this.#search(box, relaxation, BRANCH_NODES_PER_BLOCK * this.#program.size);
    if (found.proven) return Number.POSITIVE_INFINITY;
    if (this.#isSpent()) return found.lowerBound;
    const position = leastSure(relaxation.x, box);
    if (position === undefined) return found.lowerBound;
    const first = Math.round(at(relaxation.x, position));
    const bounds = [first, 1 - first].map((value) => this.#explore(fixed(box, position, value), relaxation.binding));
    return Math.max(found.lowerBound, Math.min(...bounds));
  }

  #relax(box: Box, known: readonly ConeRow[]): Relaxation | undefined {
    const relaxation = relax(this.#highs, this.#program, { box, ranges: this.#ranges, known });
    this.#relaxations += 1;
    this.#cuts += relaxation?.cuts ?? 0;
    return relaxation;
  }

  #search(box: Box, { bound, surrogates, sideBounds }: Relaxation, maxNodes: number): SearchResult {
    const result = searchDeviations({
      bound,
      box,
      rows: surrogates,
      values: sideBounds,
      valueOf: costJudge(this.#program, searchStart(bound, box)),
      step: this.#step,
      maxNodes,
      known: this.#best,
    });
    this.#nodes += result.nodes;
    this.#best = result.best;
    return result;
  }

  /**
   * Looks for a good set near the continuous optimum, where every cone is all but linear: the same search with a tangent
   * instead of the cuts. It proves nothing, but the better the known set, the narrower the ranges.
   */
  #searchNearby(box: Box, { x }: Relaxation): void {
    const { cost, cones } = this.#program;
    const rows = [...countRows(this.#program), ...cones.map((cone) => tangentRow(cone, x))];
    const solution = withLinearProgram(this.#highs, cost, box, rows, (model) => runLinear(this.#highs, model));
    if (solution === undefined) return;
    const bound = lagrangianBound(cost, rows, solution.duals);
    const result = searchDeviations({
      bound,
      box,
      rows,
      values: [{ constant: 0, reduced: cost }],
      valueOf: costJudge(this.#program, searchStart(bound, box)),
      step: this.#step,
      maxNodes: NEARBY_NODES,
      known: this.#best,
    });
    this.#nodes += result.nodes;
    this.#best = result.best;
  }

  #isSpent(): boolean {
    return this.#relaxations * this.#program.size >= MOST_RELAXED_BLOCKS || this.#nodes >= MOST_NODES;
  }

  #cutoff(): number {
    return this.#best === undefined ? Number.POSITIVE_INFINITY : this.#best.value - this.#step;
  }

  /** @param open a cost that nothing unexplored is below */
  #answer(open: number): ProgramAnswer {
    const value = this.#best?.value ?? Number.POSITIVE_INFINITY;
    return {
      positions: this.#best?.positions,
      proven: open >= value - this.#step,
      lowerBound: Math.min(value, open),
      relaxations: this.#relaxations,
      cuts: this.#cuts,
      nodes: this.#nodes,
    };
  }
}

/** The free position nearest to one half; undefined when none is free. */
function leastSure(x: Float64Array, { lower, upper }: Box): number | undefined {
  const free = [...x.keys()].filter((position) => at(lower, position) < at(upper, position));
  const doubt = (position: number): number => Math.abs(at(x, position) - 0.5);
  return free.reduce<number | undefined>(
    (least, position) => (least === undefined || doubt(position) < doubt(least) ? position : least),
    undefined,
  );
}

function fixed({ lower, upper }: Box, position: number, value: number): Box {
  return { lower: lower.with(position, value), upper: upper.with(position, value) };
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
