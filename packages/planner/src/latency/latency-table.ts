import { blockSet } from './block-set.js';
import {
  intervalAround,
  standardDeviation,
  type Interval,
  type LatencyEstimate,
  type PairedMeasurement,
} from './estimate.js';
import { relativeModelError } from './model-error.js';
import { poolObservations, type Observation } from './observations.js';
import { poolBase, type PooledBase } from './pooled-base.js';
import {
  isSingle,
  logEvidence,
  observeSets,
  observeSingles,
  type IndependentSavings,
  type SetObservation,
} from './regression.js';
import { at, rootMeanSquare } from './vector.js';

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

/** Paired ratios of the same two artifacts in fresh processes differ by some tenths of a percent beyond their intervals. */
const DEFAULT_SESSION_SD = 0.003;
/** A block that nothing is known about saves 0 ± this share of the base: so wide that nobody plans with it. */
const UNKNOWN_SAVING_SD = 0.5;
/** A block that saves next to nothing alone can still change its neighbours: this share of the typical saving. */
const LEAST_SCALE = 0.25;
/** Assumed noise of a paired ratio before one was measured: half of the usual precision of 1 %. */
const DEFAULT_NOISE_SD = 0.005;
/** The scale of a saving while none was measured. */
const DEFAULT_SCALE = 0.01;

/**
 * Fits the additive latency model to everything measured: T(S) = T_base·(1 − Σ_{i∈S} s_i), in ratios to the control
 * that ran in the same process, so that drift between measurements cancels. A measurement of the set S is normal around
 * Σ s_i with variance σ² (its interval) + ω² (session) + κ²·Σ_{i∈S} w_i² (model error; w_i is the size of the block's
 * own saving), and the s_i are their posterior under a prior so wide that only unmeasured blocks feel it.
 * @throws PlannerError `base_missing`, `estimate_invalid`
 */
export function fitLatencyTable(data: LatencyData, options: LatencyOptions = {}): LatencyTable {
  const sessionSd = options.sessionSd ?? DEFAULT_SESSION_SD;
  const paired = [...data.ablations, ...data.verifications].filter(({ removed }) => removed.length > 0);
  const observations = poolObservations(paired, sessionSd);
  const blocks = blockSet([...data.blocks, ...observations.flatMap(({ removed }) => removed)]);
  const positionOf = new Map(blocks.map((index, position) => [index, position]));
  const scales = savingScales(blocks, observations);
  const prior = priorSavings(blocks, data.guesses ?? []);

  const withError = (relative: number): { singles: readonly SetObservation[]; sets: readonly SetObservation[] } => {
    const convert = (observation: Observation): SetObservation => {
      const positions = observation.removed.map((index) => positionOf.get(index) ?? Number.NaN);
      const error = positions.reduce((sum, position) => sum + (relative * at(scales, position)) ** 2, 0);
      return { positions, share: observation.share, variance: observation.noiseVariance + error };
    };
    return {
      singles: observations.filter(isSingle).map(convert),
      sets: observations.filter((observation) => !isSingle(observation)).map(convert),
    };
  };
  const relative = relativeModelError((candidate) => {
    const { singles, sets } = withError(candidate);
    return logEvidence(observeSingles(prior, singles), sets);
  });
  const { singles, sets } = withError(relative);
  const { mean, covariance } = observeSets(observeSingles(prior, singles), sets);

  const base = poolBase([...data.base, ...paired.map(({ control }) => control)]);
  const seen = new Set(observations.flatMap(({ removed }) => removed));
  return {
    base,
    savings: blocks.map((index, position) =>
      blockSaving(
        index,
        at(mean, position),
        Math.sqrt(at(covariance, position * blocks.length + position)),
        base,
        seen.has(index),
      ),
    ),
    covariance,
    modelErrorVariance: Float64Array.from(scales, (scale) => (relative * scale) ** 2),
    relativeModelError: relative,
    sessionSd,
    noiseSd: typicalNoise(paired),
    residuals: [...singles, ...sets].map((observation) => residualOf(observation, mean, blocks)),
  };
}

/** w_i: the size of the block's own saving, or a share of the typical one where that is larger or nothing was measured. */
function savingScales(blocks: readonly number[], observations: readonly Observation[]): readonly number[] {
  const singles = new Map(observations.filter(isSingle).map(({ removed, share }) => [removed[0], Math.abs(share)]));
  const perBlock =
    singles.size > 0
      ? [...singles.values()]
      : observations.map(({ removed, share }) => Math.abs(share) / removed.length);
  const typical = rootMeanSquare(perBlock) || DEFAULT_SCALE;
  return blocks.map((index) => Math.max(singles.get(index) ?? typical, LEAST_SCALE * typical));
}

function priorSavings(blocks: readonly number[], guesses: readonly SavingGuess[]): IndependentSavings {
  const guessOf = new Map(guesses.map((guess) => [guess.index, guess]));
  return {
    mean: Float64Array.from(blocks, (index) => guessOf.get(index)?.share ?? 0),
    variance: Float64Array.from(blocks, (index) => (guessOf.get(index)?.sdShare ?? UNKNOWN_SAVING_SD) ** 2),
  };
}

function blockSaving(index: number, share: number, sdShare: number, base: PooledBase, measured: boolean): BlockSaving {
  return {
    index,
    share,
    sdShare,
    savingMs: share * base.p50Ms,
    ci: intervalAround(share * base.p50Ms, sdShare * base.p50Ms),
    measured,
  };
}

function typicalNoise(paired: readonly PairedMeasurement[]): number {
  if (paired.length === 0) return DEFAULT_NOISE_SD;
  return rootMeanSquare(paired.map(({ ratio }) => standardDeviation(ratio.p50, ratio.ci)));
}

function residualOf(observation: SetObservation, mean: Float64Array, blocks: readonly number[]): Residual {
  const { positions, share, variance } = observation;
  const fitted = positions.reduce((sum, position) => sum + at(mean, position), 0);
  return {
    removed: positions.map((position) => at(blocks, position)),
    measured: 1 - share,
    fitted: 1 - fitted,
    standardised: (fitted - share) / Math.sqrt(variance),
  };
}
