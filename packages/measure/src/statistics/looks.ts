import { type Bounded, stretched } from './stretch.js';

/**
 * How much wider than that of a fixed number of runs an interval must be, times the square root of what the runs are worth.
 */
const LOOK_COST = 1.2;

/** Worth less than this, runs tell nothing of their own worth either. */
const LEAST_EFFECTIVE = 2;

/**
 * Factor on the half-width of an interval at a moment that it chose itself.
 *
 * A stop at the first look at which the interval is narrow prefers moments at which its width is estimated too low. The
 * relative error of the width goes with 1/√n_eff, and so does what it costs: as the precision asked for goes to 0, the
 * coverage of a fixed-width interval goes to the nominal one (Chow and Robbins 1965; for dependent series Glynn and Whitt
 * 1992), and before that it is held by a boundary that is stricter early. So the factor is 1 + c/√n_eff, c by simulation
 * (README.md).
 * @param effective how many independent values the interval rests on
 */
export function lookStretch(effective: number): number {
  return 1 + LOOK_COST / Math.sqrt(Math.max(LEAST_EFFECTIVE, effective));
}

/** An interval, widened to both sides for the looks that led to the stop: {@link lookStretch}. */
export function forLooks<Bounds extends Bounded>(bounds: Bounds, effective: number): Bounds {
  return stretched(bounds, lookStretch(effective));
}
