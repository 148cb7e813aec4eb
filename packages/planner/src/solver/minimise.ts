import type { Highs } from 'highs';
import { at } from '../latency/vector.js';
import type { LinearRow } from './cone.js';
import { chordError, tangentRow, type VarianceRange } from './cone-cuts.js';
import { searchDeviations, searchStart, type SearchResult, type ValuedSet } from './deviation-search.js';
import { costJudge } from './judge.js';
import { runLinear, withLinearProgram } from './linear-program.js';
import { countRows, hasImpossibleCount, isFeasible, type Program } from './program.js';
import { type Box, floorOf, lagrangianBound, type LinearBound, unitBox } from './linear-bound.js';
import { relax, type Relaxation } from './relaxation.js';
import { type Domain, varianceRanges } from './variance-range.js';

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
/** Sets looked at before something else is tried. */
export interface Effort {
  /** Before the relaxation is tightened. */
  readonly root: number;
  /** Near the optimum, for a good set to begin with. */
  readonly nearby: number;
  /** Before a branch is split, for each block. */
  readonly branchPerBlock: number;
}

/** Some ten milliseconds each; a branch about as long as relaxing its two halves takes. */
const EFFORT: Effort = { root: 100_000, nearby: 200_000, branchPerBlock: 500 };

/** What is known before, and how long to look. */
export interface MinimiseOptions {
  /** Answers that cost more are not looked for: without one below it there is none. Default: Infinity. */
  readonly atMost?: number;
  readonly effort?: Effort;
}

/** Tangents on the way to it: the second is nearly always the last that changes anything. */
const TANGENT_STEPS = 3;
/** Rounds in which a domain's ranges are narrowed, and the share by which one has to shrink for another. */
const MOST_NARROWINGS = 5;
const WORTHWHILE_SHRINKING = 0.2;
/** A range is split rather than a block while its chord costs this share of the gap. */
const CHORD_SHARE = 0.1;
/** Sets, and relaxations times blocks, after which the answer is given as it stands: some ten seconds either way. */
const MOST_NODES = 15_000_000;
const MOST_RELAXED_BLOCKS = 50_000;

/**
 * Minimises the cost of a program, exactly. The continuous relaxation by HiGHS gives multipliers, from which the deviation
 * search proves its answer; ordinary problems end here. Else the best set so far narrows the range in which the
 * uncertainty of anything better can lie, so far that a chord hardly differs from the root, and what is still too large is
 * split: the range, or by fixing the block that the relaxation is least sure of.
 * @throws PlannerError `solver-failed`
 */
export function minimiseCost(highs: Highs, program: Program, options: MinimiseOptions = {}): ProgramAnswer {
  const { atMost = Number.POSITIVE_INFINITY, effort = EFFORT } = options;
  if (hasImpossibleCount(program)) return trivialAnswer(undefined);
  if (program.size === 0) return trivialAnswer(isFeasible(program, []) && atMost >= 0 ? [] : undefined);
  return new Minimisation(highs, program, atMost, effort).run();
}

function trivialAnswer(positions: readonly number[] | undefined): ProgramAnswer {
  const lowerBound = positions === undefined ? Number.POSITIVE_INFINITY : 0;
  return { positions, proven: true, lowerBound, relaxations: 0, cuts: 0, nodes: 0 };
}

class Minimisation {
  readonly #highs: Highs;
  readonly #program: Program;
  readonly #atMost: number;
  readonly #effort: Effort;
  readonly #step: number;
  #best: ValuedSet | undefined;
  #relaxations = 0;
  #cuts = 0;
  #nodes = 0;

  constructor(highs: Highs, program: Program, atMost: number, effort: Effort) {
    this.#highs = highs;
    this.#program = program;
    this.#atMost = atMost;
    this.#effort = effort;
    this.#step = costStep(program.cost);
  }

  run(): ProgramAnswer {
    const domain: Domain = { box: unitBox(this.#program.size), ranges: [], known: [] };
    const root = this.#relax(domain);
    if (root === undefined || this.#search(domain.box, root, this.#effort.root).proven) {
      return this.#answer(Number.POSITIVE_INFINITY);
    }
    this.#searchNearby(domain.box, root);
    return this.#answer(this.#explore({ ...domain, known: root.binding }));
  }

  /** Looks for something better within a domain; returns a cost that nothing better in there is below. */
  #explore(whole: Domain): number {
    const narrowed = this.#narrow(whole);
    if (narrowed === undefined) return Number.POSITIVE_INFINITY;
    const { domain, relaxation } = narrowed;
    const found = this.#search(domain.box, relaxation, this.#effort.branchPerBlock * this.#program.size);
    if (found.proven) return Number.POSITIVE_INFINITY;
    if (this.#isSpent()) return found.lowerBound;
    const parts = this.#split({ ...domain, known: relaxation.binding }, relaxation);
    if (parts === undefined) return found.lowerBound;
    return Math.max(found.lowerBound, Math.min(...parts.map((part) => this.#explore(part))));
  }

  /**
   * Bounds the uncertainty of what is better than the best so far, which tightens the relaxation, which bounds it further,
   * as long as that helps. undefined: nothing in the domain is better.
   */
  #narrow(whole: Domain): { readonly domain: Domain; readonly relaxation: Relaxation } | undefined {
    let domain = whole;
    for (let pass = 1; ; pass += 1) {
      const ranges = varianceRanges(this.#highs, this.#program, domain, this.#cutoff());
      if (ranges.some(({ low, high }) => low > high)) return undefined;
      const narrower = { ...domain, ranges };
      const relaxation = this.#relax(narrower);
      if (relaxation === undefined) return undefined;
      const helps = pass < MOST_NARROWINGS && isMuchNarrower(ranges, domain.ranges);
      domain = { ...narrower, known: relaxation.binding };
      if (!helps) return { domain, relaxation };
    }
  }

  /**
   * Two halves of a domain: of the range of the cone whose chord leaves most to be gained, or, where the chords are close to
   * the cones, by the block that the relaxation is least sure of. undefined: there is nothing to split.
   */
  #split(domain: Domain, { x, bound, coneMultipliers }: Relaxation): readonly Domain[] | undefined {
    const { box, ranges } = domain;
    const losses = this.#program.cones.map((cone, index) => {
      const range = ranges[index];
      return range === undefined ? 0 : chordError(cone, range) * at(coneMultipliers, index);
    });
    const worst = losses.indexOf(Math.max(...losses));
    const range = ranges[worst];
    const gap = this.#cutoff() - floorOf(bound, box);
    if (range !== undefined && at(losses, worst) > CHORD_SHARE * gap) {
      const middle = (range.low + range.high) / 2;
      return [
        { ...range, high: middle },
        { ...range, low: middle },
      ].map((half) => ({ ...domain, ranges: ranges.with(worst, half) }));
    }
    const position = leastSure(x, box);
    if (position === undefined) return undefined;
    const first = Math.round(at(x, position));
    return [first, 1 - first].map((value) => ({ ...domain, box: fixed(box, position, value) }));
  }

  #relax(domain: Domain): Relaxation | undefined {
    const relaxation = relax(this.#highs, this.#program, domain);
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
      atMost: this.#atMost,
      step: this.#step,
      maxNodes,
      known: this.#best,
    });
    this.#nodes += result.nodes;
    this.#best = result.best;
    return result;
  }

  /**
   * Looks for a good set near the continuous optimum, where every cone is all but linear: the same search with tangents, at
   * the optimum under the last tangents, instead of the cuts. It proves nothing, but the better the known set, the narrower
   * the ranges.
   */
  #searchNearby(box: Box, { x: start }: Relaxation): void {
    const { cost, cones } = this.#program;
    let x = start;
    let rows: readonly LinearRow[] = [];
    let bound: LinearBound | undefined;
    for (let step = 0; step < TANGENT_STEPS; step += 1) {
      rows = [...countRows(this.#program), ...cones.map((cone) => tangentRow(cone, x))];
      const solution = withLinearProgram(this.#highs, cost, box, rows, (model) => runLinear(this.#highs, model));
      if (solution === undefined) break;
      x = solution.x;
      bound = lagrangianBound(cost, rows, solution.duals);
    }
    if (bound === undefined) return;
    const result = searchDeviations({
      bound,
      box,
      rows,
      values: [{ constant: 0, reduced: cost }],
      valueOf: costJudge(this.#program, searchStart(bound, box)),
      atMost: this.#atMost,
      step: this.#step,
      maxNodes: this.#effort.nearby,
      known: this.#best,
    });
    this.#nodes += result.nodes;
    this.#best = result.best;
  }

  #isSpent(): boolean {
    return this.#relaxations * this.#program.size >= MOST_RELAXED_BLOCKS || this.#nodes >= MOST_NODES;
  }

  #cutoff(): number {
    return this.#best === undefined ? this.#atMost : Math.min(this.#atMost, this.#best.value - this.#step);
  }

  /** @param open a cost that nothing unexplored is below */
  #answer(open: number): ProgramAnswer {
    const value = this.#best?.value ?? Number.POSITIVE_INFINITY;
    return {
      positions: this.#best?.positions,
      proven: open >= this.#cutoff(),
      lowerBound: Math.min(value, open),
      relaxations: this.#relaxations,
      cuts: this.#cuts,
      nodes: this.#nodes,
    };
  }
}

function isMuchNarrower(ranges: readonly VarianceRange[], before: readonly VarianceRange[]): boolean {
  return ranges.some(({ low, high }, index) => {
    const old = before[index];
    return old === undefined || high - low < (1 - WORTHWHILE_SHRINKING) * (old.high - old.low);
  });
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
