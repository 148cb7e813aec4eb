import { blockSet } from './block-set.js';
import { intervalAround, type PairedMeasurement, standardDeviation } from './estimate.js';
import type { BlockSaving, LatencyData, LatencyOptions, LatencyTable, Residual, SavingGuess } from './latency-table.js';
import { relativeModelError } from './model-error.js';
import { type Observation, poolObservations } from './observations.js';
import { poolBase, type PooledBase } from './pooled-base.js';
import {
  type IndependentSavings,
  isSingle,
  logEvidence,
  observeSets,
  observeSingles,
  type SetObservation,
} from './regression.js';
import { at, rootMeanSquare } from './vector.js';

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
 * @throws PlannerError `base-missing`, `estimate-invalid`
 */
export function fitLatencyTable(data: LatencyData, options: LatencyOptions = {}): LatencyTable {
  const sessionSd = options.sessionSd ?? DEFAULT_SESSION_SD;
  const paired = [...data.ablations, ...data.verifications].filter(({ removed }) => removed.length > 0);
  const observations = poolObservations(paired, sessionSd);
  const blocks = blockSet([...data.blocks, ...observations.flatMap(({ removed }) => removed)]);
  const scales = savingScales(blocks, observations);
  const prior = priorSavings(blocks, data.guesses ?? []);

  const measuredFor = (relative: number): Measured => withModelError(blocks, observations, scales, relative);
  const relative = relativeModelError((candidate) => {
    const { singles, sets } = measuredFor(candidate);
    return logEvidence(observeSingles(prior, singles), sets);
  });
  const { singles, sets } = measuredFor(relative);
  const { mean, covariance } = observeSets(observeSingles(prior, singles), sets);

  const base = poolBase([...data.base, ...paired.map(({ control }) => control)]);
  const seen = new Set(observations.flatMap(({ removed }) => removed));
  return {
    base,
    savings: blocks.map((index, position) => {
      const sdShare = Math.sqrt(at(covariance, position * blocks.length + position));
      return blockSaving({ index, share: at(mean, position), sdShare, measured: seen.has(index) }, base);
    }),
    covariance,
    modelErrorVariance: Float64Array.from(scales, (scale) => (relative * scale) ** 2),
    relativeModelError: relative,
    sessionSd,
    noiseSd: typicalNoise(paired),
    residuals: [...singles, ...sets].map((observation) => residualOf(observation, mean, blocks)),
  };
}

/** Observations with the variance that they have around the sum of the savings. */
interface Measured {
  readonly singles: readonly SetObservation[];
  readonly sets: readonly SetObservation[];
}

/** Adds the model error κ²·Σ w_i² to the noise of every observation. */
function withModelError(
  blocks: readonly number[],
  observations: readonly Observation[],
  scales: readonly number[],
  relative: number,
): Measured {
  const positionOf = new Map(blocks.map((index, position) => [index, position]));
  const convert = ({ removed, share, noiseVariance }: Observation): SetObservation => {
    const positions = removed.map((index) => positionOf.get(index) ?? Number.NaN);
    const error = positions.reduce((sum, position) => sum + (relative * at(scales, position)) ** 2, 0);
    return { positions, share, variance: noiseVariance + error };
  };
  return {
    singles: observations.filter(isSingle).map(convert),
    sets: observations.filter((observation) => !isSingle(observation)).map(convert),
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

function blockSaving(known: Omit<BlockSaving, 'savingMs' | 'ci'>, { p50Ms }: PooledBase): BlockSaving {
  const savingMs = known.share * p50Ms;
  return { ...known, savingMs, ci: intervalAround(savingMs, known.sdShare * p50Ms) };
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
