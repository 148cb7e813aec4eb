import type { LatencyEstimate } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { type ChartSeries, cumulative, histograms, latencyRange, overTime, processStarts } from './latency-series.js';

/** Of a latency a chart needs its samples, quartiles and processes. */
function seriesOf(samplesMs: readonly number[], perProcess = samplesMs.length): ChartSeries {
  const sorted = samplesMs.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const processes = Array.from({ length: samplesMs.length / perProcess }, () => ({
    n: perProcess,
    valueMs: at(0.5),
    loadMs: 1,
    firstRunMs: 1,
  }));
  const latency: LatencyEstimate = {
    n: samplesMs.length,
    converged: true,
    minMs: at(0),
    p5Ms: at(0.05),
    p25Ms: at(0.25),
    p50Ms: at(0.5),
    p50Ci: [at(0.4), at(0.6)],
    p75Ms: at(0.75),
    p90Ms: at(0.9),
    p90Ci: [at(0.8), at(1)],
    p95Ms: at(0.95),
    p95Ci: [at(0.9), at(1)],
    p99Ms: at(0.99),
    p99Ci: [at(0.9), at(1)],
    maxMs: at(1),
    meanMs: at(0.5),
    meanCi: [at(0.4), at(0.6)],
    sdMs: 1,
    madMs: 1,
    outliers: 0,
    driftPerMinute: 0,
    droppedRuns: 0,
    runsPerSample: 1,
    modelBytes: 1,
    loadMs: 1,
    firstRunMs: 1,
    processes,
    samplesMs: [...samplesMs],
  };
  return { name: 'any', colour: '#000000', latency, atMs: samplesMs.map((_, index) => index * 100) };
}

const ramp = Array.from({ length: 1000 }, (_, index) => 10 + index / 1000);

test('a run that took very long does not stretch the axis, and is drawn at its edge', () => {
  const series = seriesOf([...ramp, 500]);
  const range = latencyRange([series]);
  expect(range.fromMs).toBeLessThan(10);
  expect(range.toMs).toBeGreaterThan(10.99);
  expect(range.toMs).toBeLessThan(12);
  expect(overTime(series, range).beyond).toEqual([[100, range.toMs]]);
});

test('the bars of a histogram hold all samples within the axis', () => {
  const all = [seriesOf(ramp), seriesOf(ramp.map((ms) => ms + 1))];
  for (const outline of histograms(all, latencyRange(all))) {
    const bars = outline.filter((_, index) => index % 2 === 0);
    expect(bars.reduce((sum, [, percent]) => sum + percent, 0)).toBeCloseTo(100, 6);
  }
});

test('samples that are all equal still have a chart', () => {
  const series = seriesOf([5, 5, 5, 5]);
  const range = latencyRange([series]);
  expect(range.toMs).toBeGreaterThan(range.fromMs);
  expect(Math.max(...(histograms([series], range)[0] ?? []).map(([, percent]) => percent))).toBeCloseTo(100, 6);
});

test('the cumulative share rises to 100 percent at the slowest run', () => {
  const points = cumulative(seriesOf(ramp));
  expect(points.at(-1)).toEqual([ramp.at(-1), 100]);
  for (const [index, [ms, percent]] of points.entries()) {
    expect(ms).toBeGreaterThanOrEqual(points[index - 1]?.[0] ?? 0);
    expect(percent).toBeGreaterThan(points[index - 1]?.[1] ?? 0);
  }
});

test('each process but the first begins with its first sample', () => {
  expect(processStarts(seriesOf(ramp, 250))).toEqual([25, 50, 75]);
  expect(processStarts(seriesOf(ramp))).toEqual([]);
});
