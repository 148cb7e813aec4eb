import { PlannerError } from '../errors.js';
import { intervalAround, standardDeviation, type Interval, type LatencyEstimate } from './estimate.js';
import { median } from './vector.js';

/** The base model's latency over all sessions (probe processes) that measured it. */
export interface PooledBase {
  readonly p50Ms: number;
  /** 95 % interval of `p50Ms`. */
  readonly ci: Interval;
  /** How much one session's median strays from the next one's: placement, heat and neighbours, not sampling noise. */
  readonly sessionSdMs: number;
  /** Standard deviation of the base in a session to come: the stray and what is not known about `p50Ms`. */
  readonly nextSessionSdMs: number;
  readonly sessions: number;
  /** Runs in all sessions together. */
  readonly n: number;
}

/** What a session strays before any two were seen, as a share of the latency; it counts as this many sessions. */
const PRIOR_SESSION_SD = 0.01;
const PRIOR_SESSIONS = 2;
/** Median absolute deviation × this = standard deviation, under the normal distribution. */
const MAD_TO_SD = 1.4826;
/** Variance of a median over that of a mean, under the normal distribution: π/2. */
const MEDIAN_VARIANCE = Math.PI / 2;

/**
 * Pools the sessions of the base model: the median of their medians, because one session beside a noisy neighbour must
 * not move it. The spread is 1.4826 × the median absolute deviation, shrunk to 1 % while few sessions are known:
 * s² = (ν₀·s₀² + (m − 1)·s_MAD²) / (ν₀ + m − 1).
 * @throws PlannerError `base-missing`, `estimate-invalid`
 */
export function poolBase(sessions: readonly LatencyEstimate[]): PooledBase {
  if (sessions.length === 0) {
    throw new PlannerError('base-missing', 'The base model was never measured', { hint: 'Measure it before the fit' });
  }
  for (const { p50Ms, ci } of sessions) standardDeviation(p50Ms, ci);
  const p50Ms = median(sessions.map((session) => session.p50Ms));
  const strayMs = MAD_TO_SD * median(sessions.map((session) => Math.abs(session.p50Ms - p50Ms)));
  const seen = sessions.length - 1;
  const sessionVariance =
    (PRIOR_SESSIONS * (PRIOR_SESSION_SD * p50Ms) ** 2 + seen * strayMs ** 2) / (PRIOR_SESSIONS + seen);
  const poolVariance = (MEDIAN_VARIANCE * sessionVariance) / sessions.length;
  return {
    p50Ms,
    ci: intervalAround(p50Ms, Math.sqrt(poolVariance)),
    sessionSdMs: Math.sqrt(sessionVariance),
    nextSessionSdMs: Math.sqrt(sessionVariance + poolVariance),
    sessions: sessions.length,
    n: sessions.reduce((sum, session) => sum + session.n, 0),
  };
}
