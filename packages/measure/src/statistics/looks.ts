/**
 * Every interval of a measurement that stopped by itself is this much wider, to each side, than one of a fixed number of
 * runs: the stop chooses a moment at which the interval happens to be narrow. By simulation (README.md).
 */
const LOOK_STRETCH = 1.1;

/** An interval, widened for the looks that led to the stop. */
export function forLooks<Bounds extends { value: number; lower: number; upper: number }>(bounds: Bounds): Bounds {
  const { value, lower, upper } = bounds;
  return {
    ...bounds,
    lower: value - LOOK_STRETCH * (value - lower),
    upper: value + LOOK_STRETCH * (upper - value),
  };
}
