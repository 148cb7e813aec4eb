/** What a 95 % interval, as every one of this package is, may miss on both sides together. */
export const ALPHA = 0.05;

/** 97.5 % quantile of the standard normal distribution. */
export const Z_975 = 1.959963984540054;

/**
 * Distribution function of the standard normal, to 1e-7 (Abramowitz and Stegun 7.1.26 for the error function).
 */
export function normalCdf(x: number): number {
  const u = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * u);
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const upperTail = (polynomial * Math.exp(-u * u)) / 2;
  return x < 0 ? upperTail : 1 - upperTail;
}

/**
 * Quantile of Student's t for `degrees` ≥ 2 that leaves out `alpha` on both sides together (Abramowitz and Stegun 26.7.5,
 * four terms of the expansion around the normal quantile): for 5 % within 0.3 % from 3 degrees on. Fewer than 2 count as 2.
 */
export function student(degrees: number, alpha: number = ALPHA): number {
  const d = Math.max(2, degrees);
  const z = alpha === ALPHA ? Z_975 : normalQuantile(1 - alpha / 2);
  const g1 = (z ** 3 + z) / 4;
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  const g4 = (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160;
  return z + g1 / d + g2 / d ** 2 + g3 / d ** 3 + g4 / d ** 4;
}

/** Ranks (from 1) of the order statistics that bound a quantile; `undefined`: so few draws cannot bound that side. */
export interface BinomialRanks {
  readonly lower: number | undefined;
  readonly upper: number | undefined;
}

/**
 * Of `draws` independent values, the ranks l and u with P(x₍ₗ₎ > q_p) ≤ α/2 and P(x₍ᵤ₎ < q_p) ≤ α/2, for α = 5 %: the
 * number of values below the quantile q_p is Binomial(draws, p), whatever the distribution of the values.
 * The distribution-free interval of Thompson (1936).
 */
export function binomialRanks(draws: number, p: number): BinomialRanks {
  const odds = Math.log(p) - Math.log1p(-p);
  let logMass = draws * Math.log1p(-p);
  let cumulative = Math.exp(logMass);
  let lower: number | undefined;
  // After step k, `cumulative` is P(Binomial ≤ k); the value of rank k + 1 lies above q_p with that probability.
  for (let k = 0; k < draws; k++) {
    if (cumulative <= ALPHA / 2) lower = k + 1;
    if (cumulative >= 1 - ALPHA / 2) return { lower, upper: k + 1 };
    logMass += Math.log((draws - k) / (k + 1)) + odds;
    cumulative += Math.exp(logMass);
  }
  return { lower, upper: undefined };
}

/** Density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** Bisection of [−8, 8] down to 2⁻⁴⁰ of it. */
const QUANTILE_HALVINGS = 40;

/** Quantile of the standard normal distribution for `p` within [1e-6, 1 − 1e-6], as exact as {@link normalCdf} is. */
export function normalQuantile(p: number): number {
  let low = -8;
  let high = 8;
  for (let step = 0; step < QUANTILE_HALVINGS; step++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
