/** An interval on the number line, `[low, high]`, with `low < high`. */
export type Domain = readonly [number, number];

/** Where a value lies in a domain, as a share of its width: 0 at the low end, 1 at the high end. Not clamped. */
export function positionIn([low, high]: Domain, value: number): number {
  return (value - low) / (high - low);
}

/** A share as a CSS or SVG percentage, clamped to the domain. */
export function percent(share: number): string {
  return `${(Math.min(1, Math.max(0, share)) * 100).toFixed(3)}%`;
}

/** Where a value lies in a domain, as a percentage for CSS and SVG. */
export function percentIn(domain: Domain, value: number): string {
  return percent(positionIn(domain, value));
}

/** A width for values that are all the same. */
const DEGENERATE_WIDTH = 1;

/**
 * The smallest domain that holds every value, widened on both sides by `padding` of its width. Values that are not
 * finite are left out; without any, the domain is [0, 1].
 */
export function domainOf(values: readonly number[], padding = 0): Domain {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [0, DEGENERATE_WIDTH];
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  if (low === high) return [low - DEGENERATE_WIDTH / 2, high + DEGENERATE_WIDTH / 2];
  const margin = (high - low) * padding;
  return [low - margin, high + margin];
}

const NICE_STEPS = [1, 2, 5, 10, 20] as const;

/** Keeps a tick that lies on an end of the domain in spite of binary fractions. */
const ROUNDING = 1e-9;

function multiplesIn([low, high]: Domain, step: number): readonly number[] {
  const first = Math.ceil(low / step - ROUNDING);
  const last = Math.floor(high / step + ROUNDING);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_unused, index) => (first + index) * step);
}

/**
 * Round numbers inside a domain, at most `count` (at least 2) of them, a step of 1, 2 or 5 times a power of ten apart
 * (Heckbert, "Nice numbers for graph labels", Graphics Gems, 1990).
 */
export function niceTicks(domain: Domain, count: number): readonly number[] {
  const power = 10 ** Math.floor(Math.log10((domain[1] - domain[0]) / count));
  const choices = NICE_STEPS.map((nice) => multiplesIn(domain, nice * power));
  return choices.find((ticks) => ticks.length <= count) ?? [];
}

/** Decimals that tell ticks of such a step apart. */
export function tickDecimals(ticks: readonly number[]): number {
  const [first, second] = ticks;
  if (first === undefined || second === undefined) return 1;
  return Math.min(4, Math.max(0, -Math.floor(Math.log10(second - first) + 1e-9)));
}
