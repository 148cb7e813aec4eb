import type { LatencyEstimate } from '../latency/estimate.js';
import { judgedCurve } from './curve.js';
import { limitMsOf } from './judge.js';
import { bestOf, type Judged } from './search.js';
import type { ComparisonMethod, ComparisonState } from './state.js';

/** What one method has come to. */
export interface MethodSummary {
  /** Measured positions after the whole model, by position; latency null: it could not be measured. */
  readonly points: readonly Judged[];
  /** The least latency measured so far, of the whole model where nothing else was; null before that. */
  readonly floor: LatencyEstimate | null;
  /** The position that prunes least of those that keep the limit, 0 for the whole model; null: none does so far. */
  readonly best: number | null;
}

/** What a comparison has found so far. */
export interface ComparisonSummary {
  readonly base: LatencyEstimate | null;
  /** Null until the base was measured, when the limit is a ratio. */
  readonly limitMs: number | null;
  readonly methods: Readonly<Record<ComparisonMethod, MethodSummary>>;
}

/** The numbers of a comparison. */
export function summariseComparison(state: ComparisonState): ComparisonSummary {
  const { base, setup } = state;
  const { limit } = setup;
  return {
    base,
    limitMs: base === null ? ('limitMs' in limit ? limit.limitMs : null) : limitMsOf(limit, base),
    methods: { layers: methodSummary(state, 'layers'), filters: methodSummary(state, 'filters') },
  };
}

function methodSummary(state: ComparisonState, method: ComparisonMethod): MethodSummary {
  const { base, setup } = state;
  if (base === null) return { points: [], floor: null, best: null };
  const judged = judgedCurve(state, method, base);
  const latencies = [base, ...judged.slice(1).flatMap(({ latency }) => latency ?? [])];
  return {
    points: judged.slice(1),
    floor: latencies.toSorted((a, b) => a.p50Ms - b.p50Ms)[0] ?? null,
    best: bestOf(judged, limitMsOf(setup.limit, base))?.position ?? null,
  };
}
