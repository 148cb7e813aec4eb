import type { Domain } from './linear.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Steps between moments that people find round, in ms. */
const STEPS = [
  ...[1, 2, 5, 10, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 7, 14, 28, 91, 182, 365].map((count) => count * DAY),
];

/** Round moments (UTC) in a stretch of time, at most `count` of them. @param domain in ms since 1970 */
export function timeTicks([from, to]: Domain, count: number): readonly number[] {
  const step = STEPS.find((each) => Math.floor(to / each) - Math.ceil(from / each) < count) ?? (to - from) * 2;
  const first = Math.ceil(from / step);
  return Array.from(
    { length: Math.max(0, Math.floor(to / step) - first + 1) },
    (_unused, index) => (first + index) * step,
  );
}

/** Ticks of time: the day where they lie days apart, else the time of the day; in UTC, as everywhere. */
export function timeText(valueMs: number, ticks: readonly number[]): string {
  const text = new Date(valueMs).toISOString();
  const [first = 0, second = first + DAY] = ticks;
  if (second - first >= DAY) return text.slice(0, 10);
  return second - first >= MINUTE ? text.slice(11, 16) : text.slice(11, 19);
}
