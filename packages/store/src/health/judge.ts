import type { CanaryReading, HealthStatus } from '@espalier/contracts';

/** When a device's canary is out of the ordinary. */
export interface CanaryLimits {
  /** Share of drift from the baseline, to either side, beyond which a device is suspect. */
  readonly suspect: number;
  /** Share by which a reading is slower than the baseline when it counts as bad. */
  readonly failed: number;
}

/** The limits unless the service is told others. */
export const DEFAULT_CANARY_LIMITS: CanaryLimits = { suspect: 0.15, failed: 1 };

/** Readings that make the baseline: enough that one disturbed one does not decide it. */
export const BASELINE_READINGS = 5;
/** One bad reading may be bad luck, so many in a row are the device. */
export const STRIKES_TO_FAIL = 2;

/** All that is remembered of a device on one target: everything that the next reading is judged by. */
export interface CanaryState {
  readonly status: HealthStatus;
  readonly reason: string | null;
  /** The first readings that passed since the device was new or cleared, in ms. */
  readonly baseline: readonly number[];
  /** Bad readings in a row. */
  readonly strikes: number;
  /** The latest reading; null: it failed. */
  readonly p50Ms: number | null;
}

/** The median of numbers; null of none. */
export function medianOf(numbers: readonly number[]): number | null {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [lower, upper] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return lower === undefined || upper === undefined ? null : (lower + upper) / 2;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

function badReading(before: CanaryState, p50Ms: number | null, reason: string): CanaryState {
  const strikes = before.strikes + 1;
  return {
    status: strikes >= STRIKES_TO_FAIL ? 'failed' : 'suspect',
    reason: strikes > 1 ? `${reason}, and ${strikes} bad readings in a row` : reason,
    baseline: before.baseline,
    strikes,
    p50Ms,
  };
}

/**
 * What a reading makes of a device. Bad is a canary that failed, or is slower than the baseline by more than
 * `limits.failed`: bad twice in a row, the device has failed; one reading that is not bad, and it passes again. Further
 * from the baseline than `limits.suspect`, slower or faster (another power mode), it is suspect, and no more than that while
 * others keep the device busy, as slow is then no fault of its own. Pure.
 * @param before null: the first reading since the device was new or cleared
 */
export function judgeReading(
  before: CanaryState | null,
  outcome: CanaryReading['outcome'],
  limits: CanaryLimits,
): CanaryState {
  const known = before ?? { status: 'unknown' as const, reason: null, baseline: [], strikes: 0, p50Ms: null };
  if (outcome.kind === 'failed') {
    return badReading(known, null, `the canary could not be measured: ${outcome.message} (${outcome.code})`);
  }
  const { p50Ms, disturbedBy = [] } = outcome;
  const baselineMs = medianOf(known.baseline);
  const ratio = baselineMs === null ? 1 : p50Ms / baselineMs;
  const disturbed = disturbedBy.length > 0;
  if (ratio > 1 + limits.failed && !disturbed) {
    return badReading(
      known,
      p50Ms,
      `the canary is ${percent(ratio - 1)} slower than when the device was new or cleared`,
    );
  }
  const counts = known.baseline.length < BASELINE_READINGS && ratio <= 1 + limits.failed;
  const baseline = counts ? [...known.baseline, p50Ms] : known.baseline;
  const drifted = Math.max(ratio, 1 / ratio) > 1 + limits.suspect;
  const direction = ratio > 1 ? `${percent(ratio - 1)} slower` : `${percent(1 / ratio - 1)} faster`;
  return {
    status: drifted ? 'suspect' : 'healthy',
    reason: drifted
      ? `the canary is ${direction} than when the device was new or cleared${disturbed ? ', while others keep it busy' : ''}`
      : null,
    baseline,
    strikes: 0,
    p50Ms,
  };
}
