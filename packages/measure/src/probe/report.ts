import type { MeasurementProgress } from '@espalier/contracts';
import { now } from './timing.js';

const PROGRESS_INTERVAL_MS = 500;

/** Tells the parent how far the probe is. */
export type Report = (progress: MeasurementProgress) => void;

/** Passes on at most two reports a second, so that reporting does not disturb what it reports on. */
export function throttled(report: Report): (make: () => MeasurementProgress) => void {
  let nextMs = Number.NEGATIVE_INFINITY;
  return (make) => {
    const nowMs = now();
    if (nowMs < nextMs) return;
    nextMs = nowMs + PROGRESS_INTERVAL_MS;
    report(make());
  };
}
