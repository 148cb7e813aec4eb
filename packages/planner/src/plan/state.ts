import type { LatencyEstimate, PairedMeasurement } from '../latency/estimate.js';
import type { LatencyPrediction } from '../latency/predict.js';
import type { BlockImportance, LatencyLimit } from '../solver/problem.js';

/** Increased when a stored state of an older form cannot be read any more. */
export const PLAN_STATE_VERSION = 1;

/** A target and the limit of its p50. */
export interface PlanTarget {
  readonly target: string;
  readonly limit: LatencyLimit;
}

/** What a plan is asked. */
export interface PlanSetup {
  /** Indices of the blocks that can be removed and need not stay. */
  readonly free: readonly number[];
  readonly targets: readonly PlanTarget[];
  /** Sets that are verified at most. */
  readonly maxRounds: number;
}

/** Everything measured so far on one target. */
export interface TargetData {
  readonly base: readonly LatencyEstimate[];
  readonly ablations: readonly PairedMeasurement[];
  readonly verifications: readonly PairedMeasurement[];
}

/** What a verification found on one target. */
export interface Verdict {
  readonly target: string;
  readonly measurement: PairedMeasurement;
  /** The p50 with the interval that is judged. */
  readonly measured: LatencyEstimate;
  /** In ms; of a ratio: of the control in the same process. */
  readonly limitMs: number;
  readonly met: boolean;
}

/** A set that was chosen, what was expected of it, and what was found. */
export interface Round {
  readonly removed: readonly number[];
  readonly keptImportance: number;
  /** In the order of the targets. */
  readonly predicted: readonly (LatencyPrediction & { readonly limitMs: number })[];
  /** In the order of the targets; shorter while the verification runs. */
  readonly verdicts: readonly Verdict[];
  /** Code of the failure when the set could not be measured. */
  readonly failure: string | null;
}

/** Why a block is not taken into account although it could be removed. */
export interface SetAside {
  readonly index: number;
  readonly reason: 'no-importance' | 'not-measurable';
}

/** What a plan knows after its blocks were scored. */
export interface PlanKnowledge {
  readonly importances: readonly BlockImportance[];
  readonly setAside: readonly SetAside[];
  /** In the order of the targets. */
  readonly data: readonly TargetData[];
  readonly rounds: readonly Round[];
}

/** A measurement that a plan wants. Its key is unique within the plan. */
export interface MeasurementWish {
  readonly key: string;
  readonly target: string;
  readonly purpose: 'base' | 'ablation' | 'verification';
  /** Blocks removed from the subject; the control is the base model, except when the base itself is the subject. */
  readonly removed: readonly number[];
  /** How much more precise than usual: 2 = half the interval. */
  readonly sharper: number;
}

/** What is still being waited for. */
export interface Waiting {
  readonly waiting: readonly MeasurementWish[];
}

/** How a plan ended without a verified set. */
export interface PlanFailure {
  readonly code: string;
  readonly message: string;
}

/** Where a plan stands. Plain JSON: it is stored between steps. */
export type PlanState = { readonly version: typeof PLAN_STATE_VERSION; readonly setup: PlanSetup } & (
  | { readonly phase: 'scoring' }
  | ({ readonly phase: 'measuring' } & PlanKnowledge & Waiting)
  | ({ readonly phase: 'verifying'; readonly sharper: number } & PlanKnowledge & Waiting)
  | ({
      readonly phase: 'verified';
      readonly removed: readonly number[];
      /** Position of the round that verified it; null: the model met its limits as it is. */
      readonly round: number | null;
    } & PlanKnowledge)
  | ({
      readonly phase: 'infeasible';
      readonly lowest: readonly { target: string; p50Ms: number; limitMs: number }[];
    } & PlanKnowledge)
  | ({ readonly phase: 'failed'; readonly failure: PlanFailure } & Partial<PlanKnowledge>)
  | ({ readonly phase: 'cancelled' } & Partial<PlanKnowledge>)
);

/** How a measurement ended. */
export type MeasurementOutcome =
  | { readonly kind: 'base'; readonly base: LatencyEstimate }
  | { readonly kind: 'paired'; readonly measurement: Omit<PairedMeasurement, 'removed'> }
  | { readonly kind: 'failed'; readonly failure: PlanFailure };

/** What can happen to a plan. */
export type PlanEvent =
  | { readonly type: 'scored'; readonly importances: readonly { index: number; importance: number | null }[] }
  | { readonly type: 'measured'; readonly key: string; readonly outcome: MeasurementOutcome }
  | { readonly type: 'failed'; readonly failure: PlanFailure }
  | { readonly type: 'cancelled' };

/** What a step wants done. */
export type PlanEffect =
  | { readonly type: 'score' }
  | { readonly type: 'measure'; readonly wishes: readonly MeasurementWish[] };

/** The next state, and what is to be done for it. */
export interface PlanStep {
  readonly state: PlanState;
  readonly effects: readonly PlanEffect[];
}

/** Whether nothing will happen to a plan any more. */
export function isFinal({ phase }: PlanState): boolean {
  return phase === 'verified' || phase === 'infeasible' || phase === 'failed' || phase === 'cancelled';
}
