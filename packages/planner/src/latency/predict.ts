import { PlannerError } from '../errors.js';
import { blockSet } from './block-set.js';
import { intervalAround, type Interval } from './estimate.js';
import type { LatencyTable } from './latency-table.js';
import { at } from './vector.js';

/** What a measurement of a set will probably show. */
export interface LatencyPrediction {
  /** In a session to come, with the 95 % interval of the p50 that it measures. */
  readonly p50Ms: number;
  readonly ci: Interval;
  /** To the base measured beside it, which the session's own drift does not touch. */
  readonly ratio: { readonly p50: number; readonly ci: Interval };
}

/**
 * Predicts the model without the blocks `removed`: r(S) = 1 − Σ s_i with
 * Var r(S) = Σ_{i,j∈S} Σ_ij + κ²·Σ_{i∈S} w_i² + ω² + σ², and in ms T(S) = T_base·r(S) with
 * Var T(S) = T_base²·Var r(S) + r(S)²·Var T_base (next session).
 * @throws PlannerError `saving-unknown` when a block is not in the table
 */
export function predictLatency(table: LatencyTable, removed: Iterable<number>): LatencyPrediction {
  const positions = positionsOf(table, removed);
  const ratio = 1 - positions.reduce((sum, position) => sum + (table.savings[position]?.share ?? Number.NaN), 0);
  const variance = ratioVariance(table, positions);
  const { p50Ms, nextSessionSdMs } = table.base;
  const sdMs = Math.sqrt(p50Ms ** 2 * variance + ratio ** 2 * nextSessionSdMs ** 2);
  return {
    p50Ms: p50Ms * ratio,
    ci: intervalAround(p50Ms * ratio, sdMs),
    ratio: { p50: ratio, ci: intervalAround(ratio, Math.sqrt(variance)) },
  };
}

function ratioVariance(table: LatencyTable, positions: readonly number[]): number {
  const size = table.savings.length;
  let variance = table.sessionSd ** 2 + table.noiseSd ** 2;
  for (const row of positions) {
    variance += at(table.modelErrorVariance, row);
    for (const column of positions) variance += at(table.covariance, row * size + column);
  }
  return variance;
}

function positionsOf(table: LatencyTable, removed: Iterable<number>): readonly number[] {
  const positionOf = new Map(table.savings.map(({ index }, position) => [index, position]));
  return blockSet(removed).map((index) => {
    const position = positionOf.get(index);
    if (position !== undefined) return position;
    throw new PlannerError('saving-unknown', `Nothing is known of what removing block ${index} saves`, {
      hint: 'Measure the model without it, or name it among the blocks of the table',
    });
  });
}
