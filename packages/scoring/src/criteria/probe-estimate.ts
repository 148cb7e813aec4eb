/** A mean over mini-batches of means over probes, and how far chance may have put it off. */
export interface Estimate {
  readonly mean: number;
  /** Absent for a single value, which tells nothing of its spread. */
  readonly standardError?: number;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sampleVariance(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}

/**
 * The mean of squared directional derivatives, K probes on each of B mini-batches. Given the data, probes are independent and
 * their mean has the variance Σ_b var_b / (K·B²). With one probe per mini-batch the variance between
 * mini-batches stands in for it, which is never less on average, as gradients differ between mini-batches too.
 */
export function estimateOf(squares: readonly (readonly number[])[]): Estimate {
  const batches = squares.length;
  const overall = mean(squares.map(mean));
  const probes = squares[0]?.length ?? 0;
  if (probes > 1) {
    const variance = squares.reduce((sum, values) => sum + sampleVariance(values), 0) / (probes * batches ** 2);
    return { mean: overall, standardError: Math.sqrt(variance) };
  }
  if (batches < 2) return { mean: overall };
  return { mean: overall, standardError: Math.sqrt(sampleVariance(squares.map(mean)) / batches) };
}
