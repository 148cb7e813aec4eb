import { expect, test } from '@jest/globals';
import { aLatency, aResult } from '../testing/measurements.js';
import { sampleRuns } from './sample-runs.js';
import { FEW_SAMPLES, seriesOf } from './time-series.js';

const runs = (n: number) => ({ n, valueMs: 1, loadMs: 1, firstRunMs: 1 });

test('samples belong to processes in order of time, and processes without samples are left out', () => {
  expect(sampleRuns([{ n: 2 }, { n: 0 }, { n: 1 }], [0, 10, 500])).toEqual([
    { process: 1, from: 0, to: 2, fromMs: 0, toMs: 10 },
    { process: 3, from: 2, to: 3, fromMs: 500, toMs: 500 },
  ]);
});

test('processes whose samples were not kept take no room', () => {
  expect(sampleRuns([{ n: 100 }], [])).toEqual([]);
});

test('few samples are dots, each where and when it was taken', () => {
  const { series, times, drift } = seriesOf(aResult([5, 6, 7], { control: aLatency([8, 9, 10]) }));
  expect(series.map(({ role, dots }) => [role, dots.length])).toEqual([
    ['subject', 3],
    ['control', 3],
  ]);
  expect(series[0]?.dots[2]).toEqual([20, 7]);
  expect(times).toEqual([0, 20]);
  expect(drift).toBeNull();
});

test('ten thousand samples cost no more to draw than some hundred columns, without a line from process to process', () => {
  const samples = Array.from({ length: 10_000 }, (_unused, at) => 10 + (at % 7));
  const subject = aLatency(samples, { processes: [runs(5_000), runs(5_000)] });
  const atMs = samples.map((_unused, at) => (at < 5_000 ? at : at + 2_000));
  const [drawn] = seriesOf(aResult(samples, { subject, atMs })).series;
  expect(samples.length).toBeGreaterThan(FEW_SAMPLES);
  expect(drawn?.dots).toEqual([]);
  expect(drawn?.columns.length).toBeLessThanOrEqual(300);
  expect(drawn?.lines).toHaveLength(2);
});

test('a drift is a line through the median in the middle of the time', () => {
  const samples = Array.from({ length: 61 }, () => 10);
  const atMs = samples.map((_unused, at) => at * 1000);
  const { drift } = seriesOf(aResult(samples, { subject: aLatency(samples, { driftPerMinute: 0.1 }), atMs }));
  expect(drift).toEqual({ fromMs: 9.5, toMs: 10.5 });
});
