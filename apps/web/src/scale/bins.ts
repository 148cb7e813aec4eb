import type { Domain } from './linear.js';
import { quantileOf } from './quantile.js';

/** How often values fall into each of equally wide bins. */
export interface Histogram {
  readonly domain: Domain;
  /** Share of the sample in each bin, in order. */
  readonly shares: readonly number[];
  /** Values below and above the domain; they are in no bin. */
  readonly below: number;
  readonly above: number;
}

/** What lies outside is at most this share of a sample, to either side. */
const OUTSIDE = 0.01;

/** Room beyond the quantiles, as a share of the distance between them. */
const ROOM = 0.25;

/**
 * A domain in which the shape of every sample can be seen: a run that took a hundred times as long must not press all
 * others into one bin. At most one value in a hundred lies outside to either side; it is to be counted, not forgotten.
 * @param samples each sorted ascending
 */
export function shapeDomain(samples: readonly (readonly number[])[]): Domain {
  const known = samples.filter(({ length }) => length > 0);
  const ends = known.map((sorted): Domain => {
    const [low, high] = [quantileOf(sorted, OUTSIDE), quantileOf(sorted, 1 - OUTSIDE)];
    const room = (high - low) * ROOM;
    return [Math.max(quantileOf(sorted, 0), low - room), Math.min(quantileOf(sorted, 1), high + room)];
  });
  if (ends.length === 0) return [0, 1];
  const low = Math.min(...ends.map(([from]) => from));
  const high = Math.max(...ends.map(([, to]) => to));
  return low < high ? [low, high] : [low * 0.99 - 1e-6, high * 1.01 + 1e-6];
}

const FEWEST_BINS = 12;
/** As many bins as a plot has room for on a phone. */
export const MOST_BINS = 64;

/**
 * How many bins show the shape of samples: by the rule of Freedman and Diaconis ("On the histogram as a density
 * estimator", 1981; width 2 · IQR / ∛n) for the sample that needs the most, at least 12.
 * @param samples each sorted ascending
 */
export function binCount(
  samples: readonly (readonly number[])[],
  [low, high]: Domain,
  most: number = MOST_BINS,
): number {
  const wanted = samples.map((sorted) => {
    const width = (2 * (quantileOf(sorted, 0.75) - quantileOf(sorted, 0.25))) / Math.cbrt(sorted.length);
    return width > 0 ? Math.ceil((high - low) / width) : FEWEST_BINS;
  });
  return Math.min(most, Math.max(FEWEST_BINS, ...wanted));
}

/** Counts a sample into `count` bins; a value on the border of two belongs to the upper one, the highest to the last. */
export function histogramOf(sample: readonly number[], domain: Domain, count: number): Histogram {
  const [low, high] = domain;
  const counts = Array.from({ length: count }, () => 0);
  let [below, above] = [0, 0];
  for (const value of sample) {
    if (value < low) below += 1;
    else if (value > high) above += 1;
    else {
      const bin = Math.min(count - 1, Math.floor(((value - low) / (high - low)) * count));
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
  }
  return { domain, shares: counts.map((inBin) => inBin / Math.max(1, sample.length)), below, above };
}
