import { valueAt } from './sample.js';

/** The lag window looks for this many insignificant autocorrelations in a row (Politis and White 2004 advise ≥ 5). */
const INSIGNIFICANT_LAGS = 5;

/** A bias-corrected first autocorrelation beyond this says only that the series is too short to tell. */
const MAX_FIRST_AUTOCORRELATION = 0.99;

/** Longer series are seen as the means of this many blocks: lags take time n each, and a million values have a thousand. */
const MAX_BLOCKS = 20_000;

function centred(segment: Float64Array): Float64Array {
  const mean = segment.reduce((sum, value) => sum + value, 0) / segment.length;
  return segment.map((value) => value - mean);
}

function total(segments: readonly Float64Array[]): number {
  return segments.reduce((sum, { length }) => sum + length, 0);
}

/** γ of a lag, computed when it is first asked for: a series of a million values needs few of its thousand lags. */
type Autocovariance = (lag: number) => number;

/**
 * Autocovariances γ_k of a series in segments (fresh processes), with the usual divisor n, the length of all:
 * γ_k = 1/n · Σ_segments Σ_t (x_t − x̄)(x_{t+k} − x̄), x̄ the mean of the segment. No pair reaches from one segment into
 * another.
 */
export function autocovariance(segments: readonly Float64Array[]): Autocovariance {
  const n = total(segments);
  const deviations = segments.map(centred);
  const known = new Map<number, number>();
  return (lag) => {
    const before = known.get(lag);
    if (before !== undefined) return before;
    let sum = 0;
    for (const values of deviations) {
      for (let t = 0; t + lag < values.length; t++) sum += valueAt(values, t) * valueAt(values, t + lag);
    }
    known.set(lag, sum / n);
    return sum / n;
  };
}

/** The flat-top kernel of Politis and Romano (1995): 1 up to half of the window, then down to 0. */
function flatTop(share: number): number {
  return share <= 0.5 ? 1 : Math.max(0, 2 * (1 - share));
}

/**
 * Lag window of Politis and White (2004, corrected 2009): M = 2·m, m the last lag before five autocorrelations in a row
 * are within ± 2·√(log₁₀ n / n).
 */
function windowOf(covariance: Autocovariance, n: number, maxLag: number): number {
  const threshold = 2 * Math.sqrt(Math.log10(n) / n) * covariance(0);
  let quiet = 0;
  let last = 0;
  for (let lag = 1; lag <= maxLag && quiet < INSIGNIFICANT_LAGS; lag++) {
    if (Math.abs(covariance(lag)) < threshold) quiet += 1;
    else {
      quiet = 0;
      last = lag;
    }
  }
  return Math.min(2 * Math.max(last, 1), maxLag);
}

/** Means of `size` neighbours each; what is left over at the end of a segment is let go. */
function blockMeans(segment: Float64Array, size: number): Float64Array {
  return Float64Array.from({ length: Math.floor(segment.length / size) }, (_, block) => {
    const from = block * size;
    return segment.subarray(from, from + size).reduce((sum, value) => sum + value, 0) / size;
  });
}

/** Long-run variance γ₀ + 2·Σγ_k by the flat-top window: n times the variance of the mean. */
function longRunVariance(segments: readonly Float64Array[], covariance: Autocovariance): number {
  const n = total(segments);
  const maxLag = Math.min(n - 1, Math.ceil(Math.sqrt(n)) + INSIGNIFICANT_LAGS);
  const window = windowOf(covariance, n, maxLag);
  let longRun = covariance(0);
  for (let lag = 1; lag <= window; lag++) longRun += 2 * flatTop(lag / window) * covariance(lag);
  return longRun;
}

/**
 * How many neighbouring values of the series count as one independent value: τ ≥ 1, so that the variance of the mean is
 * τ·γ₀/n. The larger of two estimates, since each alone is too small where the other is good:
 * the flat-top window of Politis and White, and (1 + ρ)/(1 − ρ) of an autoregression of order 1 whose ρ is corrected for
 * its bias in short series, ρ̂ + (1 + 3ρ̂)/n (Kendall 1954), n the mean length of the segments.
 *
 * Of a very long series the window sees the means of blocks: its long-run variance is that of the means times their length.
 * @param segments of one series, each in order of time, with two values or more
 */
export function inflation(segments: readonly Float64Array[]): number {
  const n = total(segments);
  const covariance = autocovariance(segments);
  const variance = covariance(0);
  if (variance <= 0) return 1;
  const size = Math.ceil(n / MAX_BLOCKS);
  const blocks = size === 1 ? segments : segments.map((segment) => blockMeans(segment, size));
  const longRun = size * longRunVariance(blocks, size === 1 ? covariance : autocovariance(blocks));
  const first = covariance(1) / variance;
  const rho = Math.min(MAX_FIRST_AUTOCORRELATION, first + ((1 + 3 * first) * segments.length) / n);
  return Math.max(1, longRun / variance, (1 + rho) / (1 - rho));
}
