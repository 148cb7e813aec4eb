import { PlannerError } from '../errors.js';
import type { LatencyTable } from '../latency/latency-table.js';
import type { LatencyPrediction } from '../latency/predict.js';

/** A limit on the p50 of a target: in ms, or as a ratio to the base model measured beside it. */
export type LatencyLimit = { readonly limitMs: number } | { readonly ratio: number };

/** A target with what is known of it and what it must not exceed. */
export interface SolveTarget {
  readonly target: string;
  readonly table: LatencyTable;
  readonly limit: LatencyLimit;
}

/** A block with what is lost by removing it, in any unit; the planner only adds and compares. */
export interface BlockImportance {
  readonly index: number;
  readonly importance: number;
}

/** Blocks of which some have to stay, such as a stage of the network. */
export interface BlockGroup {
  readonly name: string;
  readonly blocks: readonly number[];
  /** At least so many of them stay. */
  readonly minKept: number;
}

/** Which blocks to remove, at the smallest loss of importance, so that every target keeps its limit? */
export interface SolveProblem {
  readonly blocks: readonly BlockImportance[];
  readonly targets: readonly SolveTarget[];
  /** Must stay. */
  readonly pinned?: readonly number[];
  /** Must go. */
  readonly forbidden?: readonly number[];
  readonly minRemoved?: number;
  readonly maxRemoved?: number;
  /** No block is in two of them. */
  readonly groups?: readonly BlockGroup[];
  /** Sets that are no answer, such as those that were verified and missed. */
  readonly excluded?: readonly (readonly number[])[];
  /** The predicted latency plus this many standard deviations has to keep the limit. Default 1.96: the 95 % interval. */
  readonly confidenceZ?: number;
  /** The limit is reached this share early; it makes room for the interval of the measurement that will verify. Default 0. */
  readonly margin?: number;
}

/** What is expected of one target, and what was asked. */
export interface TargetPrediction extends LatencyPrediction {
  readonly target: string;
  /** In ms; of a ratio: of the pooled base. */
  readonly limitMs: number;
}

/** The set of lowest predicted latency on one target, regardless of importance and of the other targets. */
export interface LowestReachable extends TargetPrediction {
  readonly removed: readonly number[];
}

/** How the answer was proved. */
export interface SolveProof {
  /** `optimal`: nothing keeps more; `limit`: the search was cut short, `gap` bounds what was missed. */
  readonly status: 'optimal' | 'infeasible' | 'limit';
  /** No answer keeps more importance than this; null of an infeasible problem. */
  readonly keptBound: number | null;
  /** keptBound − kept importance; null without an answer. */
  readonly gap: number | null;
  /** Continuous relaxations solved, half-spaces added to them, and sets looked at. */
  readonly relaxations: number;
  readonly cuts: number;
  readonly nodes: number;
}

/** A set that keeps every limit. */
export interface ChosenSet {
  readonly status: 'optimal' | 'limit';
  readonly removed: readonly number[];
  readonly keptImportance: number;
  /** Per target, in the order of the problem. */
  readonly predictions: readonly TargetPrediction[];
  readonly proof: SolveProof;
}

/** The best set, or the proof that there is none. `undecided`: cut short before either was found. */
export type Solution =
  | ChosenSet
  | {
      readonly status: 'infeasible';
      /** Per target, in the order of the problem. */
      readonly lowestReachable: readonly LowestReachable[];
      readonly proof: SolveProof;
    }
  | { readonly status: 'undecided'; readonly proof: SolveProof };

/**
 * Refuses a problem that has no meaning.
 * @throws PlannerError `problem-invalid`, `budget-invalid`
 */
export function checkProblem(problem: SolveProblem): void {
  const { blocks, targets, pinned = [], forbidden = [], groups = [] } = problem;
  const known = new Set(blocks.map(({ index }) => index));
  if (known.size !== blocks.length) invalid('A block is listed twice');
  if (blocks.some(({ importance }) => !Number.isFinite(importance))) invalid('An importance is not a finite number');
  if (targets.length === 0) invalid('There is no target');
  for (const index of [...pinned, ...forbidden]) if (!known.has(index)) invalid(`Block ${index} is not in the problem`);
  const both = forbidden.find((index) => pinned.includes(index));
  if (both !== undefined) invalid(`Block ${both} must both stay and go`);
  checkGroups(groups, known);
  for (const { target, limit } of targets) {
    const amount = 'ratio' in limit ? limit.ratio : limit.limitMs;
    if (!(amount > 0) || !Number.isFinite(amount)) {
      throw new PlannerError('budget-invalid', `The limit of ${target} is ${amount}`, { hint: 'It must be above 0' });
    }
  }
}

function checkGroups(groups: readonly BlockGroup[], known: ReadonlySet<number>): void {
  const groupOf = new Map<number, string>();
  for (const { name, blocks, minKept } of groups) {
    if (!Number.isInteger(minKept) || minKept < 0) invalid(`Group ${name} has to keep ${minKept} blocks`);
    for (const index of new Set(blocks)) {
      if (!known.has(index)) invalid(`Block ${index} of group ${name} is not in the problem`);
      const other = groupOf.get(index);
      if (other !== undefined) invalid(`Block ${index} is in the groups ${other} and ${name}`);
      groupOf.set(index, name);
    }
  }
}

function invalid(message: string): never {
  throw new PlannerError('problem-invalid', message);
}
