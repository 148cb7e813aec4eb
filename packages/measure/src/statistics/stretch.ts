/** An estimate between its bounds. */
export interface Bounded {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

/** A limit that is `factor` times as far away, on the scale of the logarithm where that is possible. */
function further(limit: number, value: number, factor: number): number {
  const share = limit / value;
  return share > 0 ? value * share ** factor : value + factor * (limit - value);
}

/** The same estimate with both sides of its interval `factor` times as long, on the scale of the logarithm. */
export function stretched<Bounds extends Bounded>(bounds: Bounds, factor: number): Bounds {
  const { value, lower, upper } = bounds;
  return { ...bounds, lower: further(lower, value, factor), upper: further(upper, value, factor) };
}
