import { at } from '../latency/vector.js';
import type { LinearRow } from './cone.js';
import { type Box, floorOf, type LinearBound } from './linear-bound.js';

/** A set as its difference from the start: positions whose membership is flipped. */
export type Deviation = readonly number[];

/** What is enumerated. */
export interface SearchSpace {
  readonly bound: LinearBound;
  /** Fixed positions are never flipped. */
  readonly box: Box;
  /** Half-spaces that every answer satisfies. */
  readonly rows: readonly LinearRow[];
  /** Linear functions that no value is below, such as the value itself; they prune where the bound does not. */
  readonly values: readonly LinearBound[];
  /** Exact value of start ⊕ deviation, or Infinity when it is no answer. Only called for sets that satisfy the rows. */
  readonly valueOf: (deviation: Deviation) => number;
  /** Larger values are not looked for. */
  readonly atMost: number;
  /** Values below the best by less than this are not looked for. */
  readonly step: number;
  readonly maxNodes: number;
  /** A set that is known already. */
  readonly known?: ValuedSet | undefined;
}

/** A set with its value. */
export interface ValuedSet {
  readonly positions: readonly number[];
  readonly value: number;
}

/** What was found. */
export interface SearchResult {
  /** Of smallest value; undefined: there is none (when proven) or none was found. */
  readonly best: ValuedSet | undefined;
  /** Whether nothing better exists; false when `maxNodes` was used up. */
  readonly proven: boolean;
  /** Nothing has a smaller value than this. */
  readonly lowerBound: number;
  readonly nodes: number;
}

/** A row may be missed by this much of rounding: answers are judged exactly, rows only prune. */
const ROW_SLACK = 1e-9;
/** The first pass goes as far above the bound as this many blocks can be flipped. */
const FIRST_CORE = 24;
/** Each pass goes further above the bound by this factor, so that all passes together cost about as much as the last. */
const PASS_GROWTH = 1.6;

/**
 * The minimiser x̄ of the bound within the box: free blocks whose reduced cost is negative, and those that are fixed to go. Flipping block j raises the bound by |reduced_j|,
 * so a set that is better than a known one flips only blocks whose reduced costs sum to less than the gap.
 */
export function searchStart({ reduced }: LinearBound, { lower, upper }: Box): readonly number[] {
  return [...reduced.keys()].filter((position) =>
    at(reduced, position) < 0 ? at(upper, position) === 1 : at(lower, position) === 1,
  );
}

/** start ⊕ deviation, ascending. */
export function applyDeviation(start: readonly number[], deviation: Deviation): readonly number[] {
  const flipped = new Set(deviation);
  const inStart = new Set(start);
  const kept = start.filter((position) => !flipped.has(position));
  return [...kept, ...deviation.filter((position) => !inStart.has(position))].sort((a, b) => a - b);
}

/**
 * Finds the set of smallest value among all that satisfy the rows, by enumerating deviations from the bound's minimiser
 * in depth-first order (a core search in the manner of Balas & Zemel 1980, by reduced cost as Pisinger 1999 does for one row):
 * cheapest bound first in passes of growing reach, pruned by the bound, by the best value so far, and where the remaining
 * flips cannot repair a violated row.
 */
export function searchDeviations(space: SearchSpace): SearchResult {
  const core = coreOf(space);
  const run = new DeviationSearch(space, core);
  const { costs, floor } = core;
  const all = costs.reduce((sum, cost) => sum + cost, 0);
  const leastCost = costs.findLast((cost) => cost > 0) ?? 0;
  let reach = costs[Math.max(0, costs.length - FIRST_CORE)] ?? 0;
  for (;;) {
    // All of them, whatever order they are summed up in: the last pass has no limit but the best value.
    const finished = run.pass(reach >= all ? Number.POSITIVE_INFINITY : floor + reach);
    const { best, nodes } = run;
    const lowerBound = Math.min(best?.value ?? Number.POSITIVE_INFINITY, floor + reach);
    const cutoff = cutoffOf(space, best);
    if (!finished) return { best, proven: false, lowerBound: run.provenBelow, nodes };
    if (cutoff <= floor + reach) return { best, proven: true, lowerBound, nodes };
    if (reach >= all) return { best, proven: true, lowerBound: best?.value ?? Number.POSITIVE_INFINITY, nodes };
    const wanted = Math.max(reach * PASS_GROWTH, leastCost);
    reach = Math.min(wanted, all, (best?.value ?? space.atMost) - floor);
  }
}

/** Only values below it are of interest. */
function cutoffOf({ atMost, step }: SearchSpace, best: ValuedSet | undefined): number {
  return best === undefined ? atMost : Math.min(atMost, best.value - step);
}

/** The positions in descending order of what flipping them costs, with what the flips do to the rows. */
interface Core {
  readonly start: readonly number[];
  readonly order: Int32Array;
  readonly costs: Float64Array;
  /** The bound at the start. */
  readonly floor: number;
  /** Slack (activity − lower) of each row at the start. */
  readonly slack: Float64Array;
  /** flips[row][place]: change of the row's slack. */
  readonly flips: readonly Float64Array[];
  /** repairs[row][place]: most that flips at or after the place can add to the row's slack. */
  readonly repairs: readonly Float64Array[];
}

/** A row that says value ≤ 0, so that its slack is minus the value. */
function valueRow({ constant, reduced }: LinearBound): LinearRow {
  return { coefficients: reduced.map((cost) => -cost), lower: constant };
}

/** The value's row comes last: its slack is compared with the best value so far instead of 0. */
function coreOf({ bound, box, rows: limits, values }: SearchSpace): Core {
  const rows = [...limits, ...values.map(valueRow)];
  const start = searchStart(bound, box);
  const inStart = new Set(start);
  const magnitude = (position: number): number => Math.abs(at(bound.reduced, position));
  const order = [...bound.reduced.keys()]
    .filter((position) => at(box.lower, position) < at(box.upper, position))
    .sort((a, b) => magnitude(b) - magnitude(a) || a - b);
  const flips = rows.map(({ coefficients }) =>
    Float64Array.from(order, (position) => at(coefficients, position) * (inStart.has(position) ? -1 : 1)),
  );
  return {
    start,
    order: Int32Array.from(order),
    costs: Float64Array.from(order, magnitude),
    floor: floorOf(bound, box),
    slack: Float64Array.from(rows, ({ coefficients, lower }) =>
      start.reduce((sum, position) => sum + at(coefficients, position), -lower),
    ),
    flips,
    repairs: flips.map(suffixOfGains),
  };
}

function suffixOfGains(flips: Float64Array): Float64Array {
  const suffix = new Float64Array(flips.length + 1);
  for (let place = flips.length - 1; place >= 0; place -= 1) {
    suffix[place] = at(suffix, place + 1) + Math.max(0, at(flips, place));
  }
  return suffix;
}

/** As `at`, for one type of vector: the compiler makes a plain load of it where millions are read. */
function entry(values: Float64Array, index: number): number {
  return values[index] ?? Number.NaN;
}

class DeviationSearch {
  best: ValuedSet | undefined;
  nodes = 0;
  /** Every set whose bound is below this was looked at. */
  provenBelow: number;
  readonly #space: SearchSpace;
  readonly #core: Core;
  readonly #deviation: number[] = [];
  /** Slack of every row at each depth of the current path. */
  readonly #slacks: Float64Array[];
  #limit = 0;

  constructor(space: SearchSpace, core: Core) {
    this.#space = space;
    this.#core = core;
    this.best = space.known;
    this.#slacks = [core.slack];
    this.provenBelow = core.floor;
  }

  /** Looks at every set whose bound is at most `limit` and below the best value; false when out of nodes. */
  pass(limit: number): boolean {
    this.#limit = Math.min(limit, this.#cutoff());
    this.#deviation.length = 0;
    this.#judge(0);
    const finished = this.#extend(0, 0, this.#core.floor);
    if (finished) this.provenBelow = limit;
    return finished;
  }

  #cutoff(): number {
    return cutoffOf(this.#space, this.best);
  }

  #extend(depth: number, from: number, bound: number): boolean {
    const { costs } = this.#core;
    for (let place = Math.max(from, this.#firstAffordable(bound)); place < costs.length; place += 1) {
      if (!this.#repairable(depth, place)) return true;
      const flipped = bound + entry(costs, place);
      if (flipped > this.#limit) continue;
      if (this.nodes >= this.#space.maxNodes) return false;
      this.nodes += 1;
      this.#flip(depth, place);
      this.#judge(depth + 1);
      if (!this.#extend(depth + 1, place + 1, flipped)) return false;
      this.#deviation.pop();
    }
    return true;
  }

  /** The first place whose flip keeps the bound within the limit: costs descend, so a bisection finds it. */
  #firstAffordable(bound: number): number {
    const { costs } = this.#core;
    let low = 0;
    let high = costs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bound + entry(costs, middle) > this.#limit) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Whether flips at or after the place can still repair every row and undercut the best value. */
  #repairable(depth: number, place: number): boolean {
    const slack = this.#slacks[depth];
    if (slack === undefined) return true;
    const { repairs } = this.#core;
    const limits = this.#space.rows.length;
    for (let row = 0; row < limits; row += 1) {
      const repair = repairs[row];
      if (repair !== undefined && entry(slack, row) + entry(repair, place) < -ROW_SLACK) return false;
    }
    const least = -this.#cutoff() - ROW_SLACK;
    for (let row = limits; row < repairs.length; row += 1) {
      const repair = repairs[row];
      if (repair !== undefined && entry(slack, row) + entry(repair, place) < least) return false;
    }
    return true;
  }

  #flip(depth: number, place: number): void {
    const { flips, order } = this.#core;
    const before = this.#slacks[depth] ?? this.#core.slack;
    const after = (this.#slacks[depth + 1] ??= new Float64Array(before.length));
    for (let row = 0; row < flips.length; row += 1) {
      const flip = flips[row];
      if (flip !== undefined) after[row] = entry(before, row) + entry(flip, place);
    }
    this.#deviation.push(order[place] ?? Number.NaN);
  }

  #judge(depth: number): void {
    const slack = this.#slacks[depth];
    if (slack === undefined || !this.#isPromising(slack)) return;
    const value = this.#space.valueOf(this.#deviation);
    if (!(value < this.#cutoff())) return;
    this.best = { positions: applyDeviation(this.#core.start, this.#deviation), value };
    this.#limit = Math.min(this.#limit, this.#cutoff());
  }

  #isPromising(slack: Float64Array): boolean {
    const limits = this.#space.rows.length;
    for (let row = 0; row < limits; row += 1) if (entry(slack, row) < -ROW_SLACK) return false;
    const least = -this.#cutoff() - ROW_SLACK;
    for (let row = limits; row < slack.length; row += 1) if (entry(slack, row) < least) return false;
    return true;
  }
}
