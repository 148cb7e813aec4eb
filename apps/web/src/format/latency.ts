import type { Interval } from '@espalier/contracts';
import { decimalsFor, formatFixed, UNIT_SPACE } from './number.js';

/** More decimals of a millisecond than nanoseconds would be noise. */
const MAX_DECIMALS = 4;

/**
 * Decimals for a latency and its interval: three significant digits of the value; more where it takes more for the
 * half-width of the interval to show, fewer where they would be below its second digit.
 */
export function latencyDecimals(valueMs: number, ci?: Interval): number {
  const byValue = decimalsFor(valueMs);
  if (ci === undefined) return byValue;
  const halfWidthMs = (ci[1] - ci[0]) / 2;
  if (!(halfWidthMs > 0)) return byValue;
  const needed = Math.ceil(-Math.log10(halfWidthMs));
  return Math.min(MAX_DECIMALS, Math.max(0, needed, Math.min(byValue, decimalsFor(halfWidthMs, 2))));
}

/** A latency with its unit: `52.4 ms`. */
export function formatMs(valueMs: number, decimals = decimalsFor(valueMs)): string {
  return `${formatFixed(valueMs, decimals)}${UNIT_SPACE}ms`;
}

/** An estimate and its 95 % interval, written with the same decimals. */
export interface LatencyText {
  /** `52.4 ms` */
  readonly value: string;
  /** `51.9–52.9 ms` */
  readonly interval: string;
}

/** Writes a latency and its interval with as many decimals as the interval makes meaningful. */
export function formatLatency(valueMs: number, ci: Interval): LatencyText {
  const decimals = latencyDecimals(valueMs, ci);
  const dash = ci[0] < 0 ? ' to ' : '–'; // a dash beside a minus sign is hard to read
  return {
    value: formatMs(valueMs, decimals),
    interval: `${formatFixed(ci[0], decimals)}${dash}${formatFixed(ci[1], decimals)}${UNIT_SPACE}ms`,
  };
}

const halfWidthOf = ([lower, upper]: Interval): number => (upper - lower) / 2;

/** Decimals for a column of savings: two digits of the median half-width, so that all rows line up. */
export function savingDecimals(intervals: readonly Interval[]): number {
  const halfWidthsMs = intervals.map(halfWidthOf).sort((a, b) => a - b);
  const medianMs = halfWidthsMs[Math.floor(halfWidthsMs.length / 2)];
  return medianMs === undefined || medianMs <= 0 ? 2 : decimalsFor(medianMs, 2);
}

/** A saving with half the width of its interval: `1.84 ± 0.12 ms`. */
export function formatSaving(savingMs: number, ci: Interval | null, decimals: number): string {
  if (ci === null) return formatMs(savingMs, decimals);
  return `${formatFixed(savingMs, decimals)} ± ${formatFixed(halfWidthOf(ci), decimals)}${UNIT_SPACE}ms`;
}
