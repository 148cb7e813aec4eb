/** Quantile (type 7) of any values. */
export function quantileOf(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * p;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

/** The median. */
export const medianOf = (values: readonly number[]): number => quantileOf(values, 0.5);

/** A robust relative spread: half the width between the 16th and the 84th percentile, over the median. */
export const spreadOf = (values: readonly number[]): number =>
  (quantileOf(values, 0.84) - quantileOf(values, 0.16)) / 2 / medianOf(values);

/** The share of the values for which something holds. */
export const shareOf = <Value>(values: readonly Value[], holds: (value: Value) => boolean): number =>
  values.length === 0 ? Number.NaN : values.filter(holds).length / values.length;
