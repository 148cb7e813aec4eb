import type { Random } from '../statistics/random.js';

/** A standard normal number (Box and Muller 1958). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A stationary Gaussian autoregression of order 1 with mean 0, variance 1 and first autocorrelation `rho`. */
export function autoregression(n: number, rho: number, random: Random): number[] {
  let value = normal(random);
  return Array.from({ length: n }, () => {
    const current = value;
    value = rho * value + Math.sqrt(1 - rho ** 2) * normal(random);
    return current;
  });
}

/** Latencies with median `medianMs` and a spread of about 2 %, autocorrelated: the logarithm is an autoregression. */
export function latencies(n: number, rho: number, random: Random, medianMs = 10): number[] {
  return autoregression(n, rho, random).map((value) => medianMs * Math.exp(0.02 * value));
}

/** Share of seeded trials in which something holds. */
export function shareOf(trials: number, holds: (trial: number) => boolean): number {
  return Array.from({ length: trials }, (_, trial) => holds(trial)).filter(Boolean).length / trials;
}
