import type { Interval } from '@espalier/contracts';
import type { Estimated } from '../state/estimate.js';
import { formatFixed, formatShare } from './number.js';

/** Decimals of a ratio: enough for its interval to show, two at least and four at most. */
function decimalsOf([lower, upper]: Interval): number {
  const halfWidth = (upper - lower) / 2;
  return halfWidth > 0 && Number.isFinite(halfWidth)
    ? Math.min(4, Math.max(2, Math.ceil(-Math.log10(halfWidth)) + 1))
    : 3;
}

/** A ratio and its interval, with the same decimals: `0.853×` and `0.851–0.856×`. */
export function formatRatio({ value, ci }: Estimated): { readonly value: string; readonly interval: string } {
  const decimals = decimalsOf(ci);
  const [lower, upper] = ci.map((bound) => (Number.isFinite(bound) ? formatFixed(bound, decimals) : '∞'));
  return { value: `${formatFixed(value, decimals)}×`, interval: `${lower}–${upper}×` };
}

/** Whether the interval of a ratio leaves out 1, and to which side. */
export function standOf([lower, upper]: Interval): 'less' | 'more' | 'open' {
  if (upper < 1) return 'less';
  return lower > 1 ? 'more' : 'open';
}

const shareText = (share: number): string =>
  Number.isFinite(share) ? formatShare(share, Math.abs(share) < 0.1 ? 1 : 0) : 'any amount';

const sideText = (bound: number): string =>
  bound < 1 ? `${shareText(1 - bound)} less` : `${shareText(bound - 1)} more`;

/**
 * What a ratio of latencies says, in a sentence without its subject: `takes 14.7 % less time than the control`, or that
 * no difference is shown and how large one could be.
 */
export function describeRatio({ value, ci }: Estimated, reference: string): string {
  const [lower, upper] = ci;
  const stand = standOf(ci);
  switch (stand) {
    case 'less':
      return `takes ${shareText(1 - value)} less time than ${reference} (95 % interval: ${shareText(1 - upper)} to ${shareText(1 - lower)})`;
    case 'more':
      return `takes ${shareText(value - 1)} more time than ${reference} (95 % interval: ${shareText(lower - 1)} to ${shareText(upper - 1)})`;
    case 'open':
      return `is not shown to differ from ${reference}: its time lies between ${sideText(lower)} and ${sideText(upper)}`;
    default:
      return stand satisfies never;
  }
}
