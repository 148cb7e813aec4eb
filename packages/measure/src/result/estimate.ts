import type { Interval, LatencyEstimate, MeasurementSpec, RatioEstimate } from '@espalier/contracts';
import type { Samples } from '../probe/messages.js';
import { driftPerMs } from '../statistics/drift.js';
import { type Estimate, meanEstimate, quantileEstimate, standardDeviation } from '../statistics/interval.js';
import { quantile } from '../statistics/quantile.js';
import { seededRandom } from '../statistics/random.js';
import { ratioOfMedians } from '../statistics/ratio.js';
import { Sample } from '../statistics/sample.js';
import { countOutliers, medianAbsoluteDeviation } from '../statistics/spread.js';

const MS_PER_MINUTE = 60_000;

function intervalOf({ lower, upper }: Estimate): Interval {
  return [lower, upper];
}

/**
 * The distribution behind the samples of one artifact, in ms per run.
 * @param atMs when each round began
 */
export function latencyEstimate(samples: Samples, atMs: readonly number[], converged: boolean): LatencyEstimate {
  const sample = Sample.of(samples.samplesMs);
  const at = (p: number): number => quantile(sample.sorted, p);
  const p50 = quantileEstimate(sample, 0.5);
  const p90 = quantileEstimate(sample, 0.9);
  const p95 = quantileEstimate(sample, 0.95);
  const p99 = quantileEstimate(sample, 0.99);
  const mean = meanEstimate(sample);
  return {
    n: sample.n,
    converged,
    minMs: at(0),
    p5Ms: at(0.05),
    p25Ms: at(0.25),
    p50Ms: p50.value,
    p50Ci: intervalOf(p50),
    p75Ms: at(0.75),
    p90Ms: p90.value,
    p90Ci: intervalOf(p90),
    p95Ms: p95.value,
    p95Ci: intervalOf(p95),
    p99Ms: p99.value,
    p99Ci: intervalOf(p99),
    maxMs: at(1),
    meanMs: mean.value,
    meanCi: intervalOf(mean),
    sdMs: standardDeviation(sample),
    madMs: medianAbsoluteDeviation(sample),
    outliers: countOutliers(sample),
    driftPerMinute: driftPerMs(sample, Float64Array.from(atMs)) * MS_PER_MINUTE,
    droppedRuns: samples.droppedRuns,
    runsPerSample: samples.runsPerSample,
    loadMs: samples.loadMs,
    firstRunMs: samples.firstRunMs,
    samplesMs: samples.samplesMs,
  };
}

/** The ratio of the medians of subject and control, from the rounds that ran both; the same seed gives the same interval. */
export function ratioEstimate(subject: Samples, control: Samples, { seed }: MeasurementSpec): RatioEstimate {
  const ratio = ratioOfMedians(Sample.of(subject.samplesMs), Sample.of(control.samplesMs), seededRandom(seed));
  return { p50: ratio.value, ci: [ratio.lower, ratio.upper] };
}
