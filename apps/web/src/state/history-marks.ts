import type { Change, MeasurementHistory } from '@espalier/contracts';
import { type Domain, domainOf } from '../scale/linear.js';

/** One result of a history, to be drawn. */
export interface HistoryMark {
  readonly measurementId: string;
  readonly at: string;
  /** Where on the axis of time, in ms since 1970. */
  readonly atMs: number;
  readonly valueMs: number;
  readonly low: number;
  readonly high: number;
  readonly verdict: Change['verdict'];
  readonly canaryCorrected: boolean;
  /** The one whose page this is. */
  readonly here: boolean;
}

/** A history on its two axes. */
export interface HistoryMarks {
  readonly marks: readonly HistoryMark[];
  readonly times: Domain;
  readonly values: Domain;
}

const ROOM = 0.1;

/** Lays the results of an identity out over time. */
export function historyMarks({ items }: Pick<MeasurementHistory, 'items'>, hereId: string): HistoryMarks {
  const marks = items.map(
    ({ measurementId, at, valueMs, ci, change }): HistoryMark => ({
      measurementId,
      at,
      atMs: Date.parse(at),
      valueMs,
      low: ci[0],
      high: ci[1],
      verdict: change.verdict,
      canaryCorrected: change.canaryCorrected,
      here: measurementId === hereId,
    }),
  );
  const [low, high] = domainOf(
    marks.flatMap(({ valueMs, low: from, high: to }) => [valueMs, from, to]),
    ROOM,
  );
  return {
    marks,
    times: domainOf(
      marks.map(({ atMs }) => atMs),
      ROOM / 2,
    ),
    values: [Math.max(0, low), high],
  };
}
