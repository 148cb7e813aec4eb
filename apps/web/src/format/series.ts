import type { MeasurementResult } from '@espalier/contracts';
import { formatFixed, formatNoun, UNIT_SPACE } from './number.js';
import { formatDuration } from './time.js';

/** How a latency moves over time: `+1.24 % a minute`. */
export function formatDrift(driftPerMinute: number): string {
  const percent = driftPerMinute * 100;
  return `${percent > 0 ? '+' : ''}${formatFixed(percent, 2)}${UNIT_SPACE}% a minute`;
}

/** The samples of a measurement over time, in a sentence. */
export function describeSeries({ subject, atMs, processVariance }: MeasurementResult): string {
  const groups = subject.runsPerSample > 1 ? ` of ${formatNoun(subject.runsPerSample, 'run')} each` : '';
  return (
    `${formatNoun(subject.n, 'sample')}${groups} in ${formatDuration((atMs.at(-1) ?? 0) / 1000)} ` +
    `from ${formatNoun(processVariance.processes, 'fresh process', 'fresh processes')}, ` +
    `after ${formatNoun(subject.droppedRuns, 'warm-up run')} that were dropped; drift ${formatDrift(subject.driftPerMinute)}.`
  );
}
