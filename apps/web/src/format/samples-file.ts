import type { Measurement, MeasurementResult } from '@espalier/contracts';
import { sampleRuns } from '../state/sample-runs.js';

const cell = (value: number | undefined): string => (value === undefined ? '' : String(value));

/** Every sample as CSV (RFC 4180): a row a round, in order of time; the process counts from 1, times are in ms. */
export function samplesCsv(result: MeasurementResult): string {
  const { subject, control, atMs } = result;
  const head = ['round', 'process', 'at_ms', 'subject_ms', ...(control === undefined ? [] : ['control_ms'])];
  const processOf = sampleRuns(subject.processes, atMs).flatMap(({ process, from, to }) =>
    Array.from({ length: to - from }, () => process),
  );
  const rows = subject.samplesMs.map((sampleMs, round) => [
    String(round + 1),
    cell(processOf[round]),
    cell(atMs[round]),
    cell(sampleMs),
    ...(control === undefined ? [] : [cell(control.samplesMs[round])]),
  ]);
  return `${[head, ...rows].map((row) => row.join(',')).join('\r\n')}\r\n`;
}

/** A measurement with all that is known of it, as the API gives it. */
export function measurementJson(measurement: Measurement): string {
  return `${JSON.stringify(measurement, null, 1)}\n`;
}
