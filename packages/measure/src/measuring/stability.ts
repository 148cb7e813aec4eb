import type { MeasurementWarning } from '@espalier/contracts';
import type { WholeTake } from './take.js';

/**
 * Warnings that say that something disturbed the device while it was measured, so that measuring again may help. What is as
 * it is (the governor, the battery, a shape that was assumed) stays the same the next time.
 */
export const DISTURBANCES: ReadonlySet<MeasurementWarning['code']> = new Set([
  'cpu-steal',
  'other-load',
  'cpu-throttled',
  'cpu-quota',
  'frequency-changed',
  'thermal-drift',
  'drift',
  'gpu-throttled',
  'gpu-shared',
  'swap',
]);

/** How many different things disturbed the device. */
export function disturbances(warnings: readonly MeasurementWarning[]): number {
  return new Set(warnings.map(({ code }) => code).filter((code) => DISTURBANCES.has(code))).size;
}

/** What was kept of several goes at a measurement. */
export interface Chosen<Each> {
  readonly kept: Each;
  /** The others, in order of time. */
  readonly discarded: readonly Each[];
}

/**
 * Takes once, and again while something disturbed the device, at most `repeats` times. Kept is the one that nothing
 * disturbed, which is the last; if there is none, the least disturbed one, and of equals the latest.
 */
export async function takeUntilStable<Each extends Pick<WholeTake, 'warnings'>>(
  take: () => Promise<Each>,
  repeats: number,
): Promise<Chosen<Each>> {
  let kept = await take();
  const all = [kept];
  while (all.length <= repeats && disturbances(kept.warnings) > 0) {
    const next = await take();
    all.push(next);
    if (disturbances(next.warnings) <= disturbances(kept.warnings)) kept = next;
  }
  return { kept, discarded: all.filter((each) => each !== kept) };
}
