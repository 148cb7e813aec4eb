/**
 * The value below which a share of a sample lies, by linear interpolation between order statistics (Hyndman & Fan,
 * "Sample quantiles in statistical packages", 1996, definition 7).
 * @param sorted ascending; without any value the answer is NaN
 * @param share in [0, 1]
 */
export function quantileOf(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const lower = sorted[Math.floor(at)] ?? Number.NaN;
  const upper = sorted[Math.ceil(at)] ?? lower;
  return lower + (upper - lower) * (at - Math.floor(at));
}

/** A sorted copy, ascending. A typed array sorts numbers as numbers, and fast. */
export function sortedCopy(values: readonly number[]): readonly number[] {
  return [...Float64Array.from(values).sort()];
}
