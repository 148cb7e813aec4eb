import type { LatencyEstimate, MeasurementResult } from '@espalier/contracts';
import { shapeDomain } from '../scale/bins.js';
import { type Domain, domainOf } from '../scale/linear.js';
import { sortedCopy } from '../scale/quantile.js';
import { type Column, columnsOf } from '../scale/thin.js';
import { type SampleRun, sampleRuns } from './sample-runs.js';

/** Up to so many samples, each is a dot of its own. */
export const FEW_SAMPLES = 1200;

/** Columns of a wide plot: no more than pixels that a line and a gap need. */
const COLUMNS = 300;

const MS_PER_MINUTE = 60_000;

/** A drift below this is not told from a level line, as a share of the median over the whole run. */
const LEVEL = 0.001;

/** The samples of one artifact, ready to be drawn: as dots, or summed up in columns. */
export interface DrawnSeries {
  readonly role: 'subject' | 'control';
  readonly name: string;
  readonly dots: readonly (readonly [atMs: number, ms: number])[];
  readonly columns: readonly Column[];
  /** The columns of each process: between two of them no line is drawn. */
  readonly lines: readonly (readonly Column[])[];
}

/** All samples of a measurement over time. */
export interface TimeSeries {
  readonly times: Domain;
  readonly values: Domain;
  readonly series: readonly DrawnSeries[];
  readonly runs: readonly SampleRun[];
  /** The subject's trend at both ends of the time; null: level. */
  readonly drift: { readonly fromMs: number; readonly toMs: number } | null;
  /** Samples beyond `values`. */
  readonly outside: number;
}

function drawnSeries(
  role: DrawnSeries['role'],
  samplesMs: readonly number[],
  {
    atMs,
    times,
    runs,
  }: { readonly atMs: readonly number[]; readonly times: Domain; readonly runs: readonly SampleRun[] },
): DrawnSeries {
  const name = role === 'subject' ? 'Subject' : 'Control';
  if (samplesMs.length <= FEW_SAMPLES) {
    const dots = samplesMs.flatMap((ms, index) => {
      const at = atMs[index];
      return at === undefined ? [] : [[at, ms] as const];
    });
    return { role, name, dots, columns: [], lines: [] };
  }
  const columns = columnsOf(atMs, samplesMs, times, COLUMNS);
  const lines = runs
    .map(({ fromMs, toMs }) => columns.filter(({ at }) => at >= fromMs && at <= toMs))
    .filter(({ length }) => length > 0);
  return { role, name, dots: [], columns, lines };
}

function driftOf({ p50Ms, driftPerMinute }: LatencyEstimate, [from, to]: Domain): TimeSeries['drift'] {
  const halfShare = (driftPerMinute * (to - from)) / MS_PER_MINUTE / 2;
  if (Math.abs(halfShare * 2) < LEVEL) return null;
  return { fromMs: p50Ms * (1 - halfShare), toMs: p50Ms * (1 + halfShare) };
}

/** Lays the samples of a measurement out over time. Costs the same to draw however many there are. */
export function seriesOf({ subject, control, atMs }: MeasurementResult): TimeSeries {
  const all = [subject, ...(control === undefined ? [] : [control])];
  const times = domainOf([0, atMs.at(-1) ?? 0]);
  const values = shapeDomain(all.map(({ samplesMs }) => sortedCopy(samplesMs)));
  const runs = sampleRuns(subject.processes, atMs);
  const outside = all.flatMap(({ samplesMs }) => samplesMs).filter((ms) => ms < values[0] || ms > values[1]).length;
  return {
    times,
    values,
    runs,
    outside,
    drift: driftOf(subject, times),
    series: all.map(({ samplesMs }, index) =>
      drawnSeries(index === 0 ? 'subject' : 'control', samplesMs, { atMs, times, runs }),
    ),
  };
}
