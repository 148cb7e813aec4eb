import type { LatencyEstimate, PairedMeasurement } from '../latency/estimate.js';
import type { MeasurementOutcome, PlanFailure } from '../plan/state.js';
import type { LatencyLimit } from '../solver/problem.js';

/** Increased when a stored state of an older form cannot be read any more. */
export const COMPARISON_STATE_VERSION = 1;

/** The two ways to prune, in the order in which they are asked and shown. */
export const METHODS = ['layers', 'filters'] as const;
export type ComparisonMethod = (typeof METHODS)[number];

/**
 * The candidates of one method in a row, each pruned further than the one before: position 0 is the whole model, position
 * `steps` its floor.
 */
export interface ComparisonPath {
  /** 0: this method can prune nothing. */
  readonly steps: number;
  /**
   * Neighbours differ so little that a measurement may not tell them apart. Then the search ends where it cannot; otherwise
   * only at neighbours.
   */
  readonly fine: boolean;
}

/** What a comparison is asked. */
export interface ComparisonSetup {
  readonly target: string;
  readonly limit: LatencyLimit;
  /** Of each curve, the whole model and the floor included; at least 2. The search for the best adds its own. */
  readonly points: number;
  readonly paths: Readonly<Record<ComparisonMethod, ComparisonPath>>;
}

/** A measurement that a comparison wants: a candidate beside the whole model, or the whole model alone. */
export type ComparisonWish =
  | { readonly key: string; readonly method: null }
  | { readonly key: string; readonly method: ComparisonMethod; readonly position: number };

/** What was found of one position of a path. */
export type CurvePoint =
  | { readonly position: number; readonly measured: Omit<PairedMeasurement, 'removed'> }
  | { readonly position: number; readonly measured: null; readonly failure: PlanFailure };

/** Where a comparison stands. Plain JSON: it is stored between steps. */
export interface ComparisonState {
  readonly version: typeof COMPARISON_STATE_VERSION;
  readonly setup: ComparisonSetup;
  /** The last three are final. */
  readonly phase: 'measuring' | 'finished' | 'failed' | 'cancelled';
  readonly base: LatencyEstimate | null;
  /** In the order in which they were measured. */
  readonly curves: Readonly<Record<ComparisonMethod, readonly CurvePoint[]>>;
  readonly waiting: readonly ComparisonWish[];
  readonly failure: PlanFailure | null;
}

/** What can happen to a comparison. */
export type ComparisonEvent =
  | { readonly type: 'measured'; readonly key: string; readonly outcome: MeasurementOutcome }
  | { readonly type: 'failed'; readonly failure: PlanFailure }
  | { readonly type: 'cancelled' };

/** The next state, and what is to be measured for it. */
export interface ComparisonStep {
  readonly state: ComparisonState;
  readonly wishes: readonly ComparisonWish[];
}
