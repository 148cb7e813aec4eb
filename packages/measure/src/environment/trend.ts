import { median } from '../statistics/quantile.js';

/** A value and when it was seen. */
export interface Seen {
  readonly atMs: number;
  readonly value: number;
}

/**
 * Kendall's τ (Kendall 1938) of values against time, −1 to 1: how much more often a later value is higher than lower. It does
 * not care how far, so one odd look cannot make a trend.
 */
export function kendallTau(looks: readonly Seen[]): number {
  let concordance = 0;
  let pairs = 0;
  for (const [index, earlier] of looks.entries()) {
    for (const later of looks.slice(index + 1)) {
      concordance += Math.sign(later.value - earlier.value);
      pairs += 1;
    }
  }
  return pairs === 0 ? 0 : concordance / pairs;
}

/** The median of the first and of the last third of some looks. */
export function endsOf(looks: readonly Seen[]): { readonly first: number; readonly last: number } {
  const third = Math.max(1, Math.floor(looks.length / 3));
  const values = looks.map(({ value }) => value);
  return { first: median(values.slice(0, third)), last: median(values.slice(-third)) };
}
