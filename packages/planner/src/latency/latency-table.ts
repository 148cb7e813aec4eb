import type { Interval, LatencyEstimate, PairedMeasurement } from './estimate.js';
import type { PooledBase } from './pooled-base.js';

/** Everything measured so far for one (model, target, spec). */
export interface LatencyData {
  /** Indices of the blocks that may be removed; blocks that occur in a measurement are added. */
  readonly blocks: readonly number[];
  /** The base model measured alone. */
  readonly base: readonly LatencyEstimate[];
  /** One block removed, beside the base. */
  readonly ablations: readonly PairedMeasurement[];
  /** Sets removed, beside the base. */
  readonly verifications: readonly PairedMeasurement[];
  /** Guesses from elsewhere, such as a profile; without one a block's saving is 0 ± 50 % of the base. */
  readonly guesses?: readonly SavingGuess[];
}

/** What a block is guessed to save, as a share of the base's latency. */
export interface SavingGuess {
  readonly index: number;
  readonly share: number;
  readonly sdShare: number;
}

/** What removing one block saves. */
export interface BlockSaving {
  readonly index: number;
  /** Of the base's latency; negative when the model gets slower without the block. */
  readonly share: number;
  readonly sdShare: number;
  readonly savingMs: number;
  /** 95 % interval of `savingMs`. */
  readonly ci: Interval;
  /** Whether the block was ever removed in a measurement. */
  readonly measured: boolean;
}

/** One measured set against the fitted model, as ratios to the base. */
export interface Residual {
  readonly removed: readonly number[];
  readonly measured: number;
  readonly fitted: number;
  /** (measured − fitted) over the standard deviation that noise and model error give the measurement. */
  readonly standardised: number;
}

/** What is known about a model's latency on a target: the base, and what each block saves. */
export interface LatencyTable {
  readonly base: PooledBase;
  readonly savings: readonly BlockSaving[];
  /** Covariance of the shares in the order of `savings`, dense and row by row. */
  readonly covariance: Float64Array;
  /** Variance that each removed block adds because savings are not additive, in the order of `savings`. */
  readonly modelErrorVariance: Float64Array;
  /** κ: the model error as a share of a block's saving. */
  readonly relativeModelError: number;
  /** Standard deviation of a paired ratio from one process to the next, beyond its interval. */
  readonly sessionSd: number;
  /** Standard deviation of a paired ratio within its session, as measured so far. */
  readonly noiseSd: number;
  readonly residuals: readonly Residual[];
}

/** What is assumed until it is measured. */
export interface LatencyOptions {
  /** See LatencyTable. 0 when the intervals of the measurements already cover several processes. */
  readonly sessionSd?: number;
}
