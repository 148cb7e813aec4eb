import type { MeasurementProgress } from '@espalier/contracts';
import { formatNoun, formatShare } from './number.js';
import { formatRemaining } from './time.js';

/** What a running measurement does, in a few words: `312 runs, ±1.4 % so far`. */
export function describeProgress(progress: MeasurementProgress | null): string {
  if (progress === null) return 'starting';
  if (progress.phase === 'loading') return 'loading the model';
  if (progress.phase === 'scoring') return `scoring, ${formatNoun(progress.runs, 'pass', 'passes')}`;
  const runs = formatNoun(progress.runs, 'run');
  if (progress.phase === 'warming-up') return `warming up, ${runs}`;
  if (progress.relativeHalfWidth === undefined) return runs;
  return `${runs}, ±${formatShare(progress.relativeHalfWidth)} so far`;
}

/** How much of a measurement is done, in [0, 1]; null while nothing can be said about it. */
export function progressShare(progress: MeasurementProgress | null): number | null {
  if (progress?.remainingMs === undefined) return null;
  const totalMs = progress.elapsedMs + Math.max(0, progress.remainingMs);
  return totalMs > 0 ? Math.min(1, progress.elapsedMs / totalMs) : null;
}

/** The time that a measurement still takes, in words; empty while nothing can be said about it. */
export function progressRemaining(progress: MeasurementProgress | null): string {
  return progress?.remainingMs === undefined ? '' : formatRemaining(progress.remainingMs / 1000);
}
