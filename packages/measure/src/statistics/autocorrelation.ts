import { valueAt } from './sample.js';

/** The lag window looks for this many insignificant autocorrelations in a row (Politis and White 2004 advise ≥ 5). */
const INSIGNIFICANT_LAGS = 5;

/** A bias-corrected first autocorrelation beyond this says only that the series is too short to tell. */
const MAX_FIRST_AUTOCORRELATION = 0.99;

/**
 * Autocovariances γ₀ … γ_L with the usual divisor n: γ_k = 1/n · Σ (x_t − x̄)(x_{t+k} − x̄).
 */
export function autocovariances(series: Float64Array, maxLag: number): Float64Array {
  const n = series.length;
  const mean = series.reduce((sum, value) => sum + value, 0) / n;
  const centred = series.map((value) => value - mean);
  return Float64Array.from({ length: maxLag + 1 }, (_, lag) => {
    let sum = 0;
    for (let t = 0; t + lag < n; t++) sum += valueAt(centred, t) * valueAt(centred, t + lag);
    return sum / n;
  });
}

/** What the flat-top lag window finds. */
interface LongRun {
  /** γ₀. */
  readonly variance: number;
  /** Σ_k λ(k/M)·γ_k over all lags: n times the variance of the mean. */
  readonly longRunVariance: number;
  /** Σ_k λ(k/M)·|k|·γ_k. */
  readonly weighted: number;
}

/** The flat-top kernel of Politis and Romano (1995): 1 up to half of the window, then down to 0. */
function flatTop(share: number): number {
  return share <= 0.5 ? 1 : Math.max(0, 2 * (1 - share));
}

/**
 * Lag window of Politis and White (2004, corrected 2009): M = 2·m, m the last lag before five autocorrelations in a row
 * are within ± 2·√(log₁₀ n / n).
 */
function windowOf(covariances: Float64Array, n: number): number {
  const maxLag = covariances.length - 1;
  const threshold = 2 * Math.sqrt(Math.log10(n) / n) * valueAt(covariances, 0);
  let quiet = 0;
  let last = 0;
  for (let lag = 1; lag <= maxLag && quiet < INSIGNIFICANT_LAGS; lag++) {
    if (Math.abs(valueAt(covariances, lag)) < threshold) quiet += 1;
    else {
      quiet = 0;
      last = lag;
    }
  }
  return Math.min(2 * Math.max(last, 1), maxLag);
}

function longRun(series: Float64Array): LongRun {
  const n = series.length;
  const maxLag = Math.min(n - 1, Math.ceil(Math.sqrt(n)) + INSIGNIFICANT_LAGS);
  const covariances = autocovariances(series, maxLag);
  const variance = valueAt(covariances, 0);
  const window = windowOf(covariances, n);
  let longRunVariance = variance;
  let weighted = 0;
  for (let lag = 1; lag <= window; lag++) {
    const term = 2 * flatTop(lag / window) * valueAt(covariances, lag);
    longRunVariance += term;
    weighted += lag * term;
  }
  return { variance, longRunVariance, weighted };
}

/**
 * How many neighbouring values of the series count as one independent value: τ ≥ 1, so that the variance of the mean is
 * τ·γ₀/n. The larger of two estimates, since each alone is too small where the other is good:
 * the flat-top window of Politis and White, and (1 + ρ)/(1 − ρ) of an autoregression of order 1 whose ρ is corrected for
 * its bias in short series, ρ̂ + (1 + 3ρ̂)/n (Kendall 1954).
 * @param series in order of time
 */
export function inflation(series: Float64Array): number {
  const { variance, longRunVariance } = longRun(series);
  if (variance <= 0) return 1;
  const first = valueAt(autocovariances(series, 1), 1) / variance;
  const rho = Math.min(MAX_FIRST_AUTOCORRELATION, first + (1 + 3 * first) / series.length);
  return Math.max(1, longRunVariance / variance, (1 + rho) / (1 - rho));
}

/**
 * Length of the blocks of a circular block bootstrap that is best for the variance of a mean (Politis and White 2004,
 * corrected by Patton, Politis and White 2009): (2·G²/D)^⅓ · n^⅓ with D = 4/3·(long-run variance)². At least 1, at
 * most n.
 */
export function optimalBlockLength(series: Float64Array): number {
  const { longRunVariance, weighted } = longRun(series);
  if (longRunVariance <= 0) return 1;
  const cube = 1.5 * (weighted / longRunVariance) ** 2 * series.length;
  return Math.min(series.length, Math.max(1, Math.cbrt(cube)));
}
