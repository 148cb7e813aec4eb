import { quantile } from '@espalier/measure';
import type { LatencyEstimate } from '@espalier/contracts';

/** Points of a curve or a cloud: x and y. */
export type Points = readonly (readonly [x: number, y: number])[];

/** One model in a chart. */
export interface ChartSeries {
  readonly name: string;
  readonly colour: string;
  readonly latency: LatencyEstimate;
  /** When each sample was taken, ms after the first. */
  readonly atMs: readonly number[];
}

/** Beyond this quantile of its samples, or so many interquartile ranges above them, no model stretches the axis. */
const AXIS_QUANTILE = 0.998;
const AXIS_RANGES = 12;

const MIN_BINS = 12;
const MAX_BINS = 80;

/** As many points as a panel has pixels to show. */
const MAX_POINTS = 1500;

/** Where the axes of latency begin and end, in ms. */
export interface LatencyRange {
  readonly fromMs: number;
  readonly toMs: number;
}

const sorted = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();

function upperEndMs({ latency: { samplesMs, p25Ms, p75Ms } }: ChartSeries): number {
  return Math.min(quantile(sorted(samplesMs), AXIS_QUANTILE), p75Ms + AXIS_RANGES * (p75Ms - p25Ms));
}

/** The range that all models share: one run in 500 must not squeeze all others into a line. */
export function latencyRange(series: readonly ChartSeries[]): LatencyRange {
  const fromMs = Math.min(...series.map(({ latency }) => latency.minMs));
  const toMs = Math.max(...series.map(upperEndMs));
  const marginMs = Math.max((toMs - fromMs) * 0.04, fromMs * 0.002);
  return { fromMs: Math.max(0, fromMs - marginMs), toMs: toMs + marginMs };
}

/** The width of bins after Freedman & Diaconis (1981), of the narrowest distribution, within what a panel can show. */
function binCount(series: readonly ChartSeries[], { fromMs, toMs }: LatencyRange): number {
  const widths = series
    .map(({ latency }) => (2 * (latency.p75Ms - latency.p25Ms)) / Math.cbrt(latency.n))
    .filter((width) => width > 0);
  const wanted = widths.length === 0 ? MIN_BINS : Math.ceil((toMs - fromMs) / Math.min(...widths));
  return Math.min(MAX_BINS, Math.max(MIN_BINS, wanted));
}

/** Histograms over the same bins, as the outline of their bars: share of the samples, in percent. */
export function histograms(series: readonly ChartSeries[], range: LatencyRange): readonly Points[] {
  const bins = binCount(series, range);
  const widthMs = (range.toMs - range.fromMs) / bins;
  return series.map(({ latency: { samplesMs } }) => {
    const counts = Array.from({ length: bins }, () => 0);
    for (const ms of samplesMs) {
      const bin = Math.floor((ms - range.fromMs) / widthMs);
      if (bin >= 0 && bin < bins) counts[bin] = (counts[bin] ?? 0) + 1;
    }
    const outline = counts.flatMap((count, bin): [number, number][] => {
      const percent = (100 * count) / samplesMs.length;
      const leftMs = range.fromMs + bin * widthMs;
      return [
        [leftMs, percent],
        [leftMs + widthMs, percent],
      ];
    });
    return outline;
  });
}

/** The share of samples, in percent, that took at most so long. */
export function cumulative({ latency }: ChartSeries): Points {
  const values = sorted(latency.samplesMs);
  const steps = Math.min(MAX_POINTS, values.length);
  return Array.from({ length: steps }, (_, step) => {
    const index = Math.min(values.length - 1, Math.round(((step + 1) / steps) * values.length) - 1);
    return [values[index] ?? 0, (100 * (index + 1)) / values.length];
  });
}

/** Samples over time, in s: evenly thinned out, what lies beyond the range drawn at its edge. */
export function overTime(
  { latency: { samplesMs }, atMs }: ChartSeries,
  { toMs }: LatencyRange,
): { readonly within: Points; readonly beyond: Points } {
  const every = Math.max(1, Math.ceil(samplesMs.length / MAX_POINTS));
  const points = samplesMs.map((ms, index) => [(atMs[index] ?? 0) / 1000, ms] as const);
  return {
    within: points.filter(([, ms], index) => ms <= toMs && index % every === 0),
    beyond: points.filter(([, ms]) => ms > toMs).map(([seconds]) => [seconds, toMs] as const),
  };
}

/** When each process but the first began to sample, in s. */
export function processStarts({ latency: { processes }, atMs }: ChartSeries): readonly number[] {
  let samples = 0;
  return processes.slice(0, -1).map(({ n }) => {
    samples += n;
    return (atMs[samples] ?? 0) / 1000;
  });
}
