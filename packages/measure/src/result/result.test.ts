import { expect, test } from '@jest/globals';
import { resolveSpec } from '@espalier/contracts';
import { seededRandom } from '../statistics/random.js';
import { latencies } from '../testing/series.js';
import { discardedTake, latencyEstimate, processVariance, ratioEstimate } from './estimate.js';
import { type ProcessTake, takeOf } from './process-take.js';
import { sampleWarnings, verdictsOf } from './sample-warnings.js';

/** Processes that ran a subject and a control, each with the given medians. */
function takesOf(mediansMs: readonly number[], rounds = 300): ProcessTake[] {
  const random = seededRandom(1);
  return mediansMs.map((ms, process) => ({
    artifacts: [ms, 20].map((medianMs, artifact) => ({
      samplesMs: latencies(rounds, 0.2, random, medianMs),
      runsPerSample: 1,
      droppedRuns: 7,
      loadMs: 100 + process + artifact,
      firstRunMs: 30 + process,
    })),
    atMs: Array.from({ length: rounds }, (_, round) => process * 20_000 + round * 30),
    warmUpSteady: true,
  }));
}

const options = { statistic: 'p50', converged: true, modelBytes: 1234 } as const;

test('the estimate of several processes is that of a typical one, with what each found', () => {
  const takes = takesOf([9, 10, 11]);
  const estimate = latencyEstimate(takes, 0, options);
  expect(estimate.n).toBe(900);
  expect(estimate.samplesMs).toEqual(takes.flatMap(({ artifacts }) => artifacts[0]?.samplesMs ?? []));
  expect(estimate.p50Ms).toBeCloseTo(9.97, 1);
  expect(estimate.processes.map(({ valueMs }) => Math.round(valueMs))).toEqual([9, 10, 11]);
  expect(estimate.processes.map(({ n }) => n)).toEqual([300, 300, 300]);
  expect(estimate).toMatchObject({ loadMs: 101, firstRunMs: 31, droppedRuns: 21, modelBytes: 1234, runsPerSample: 1 });
  const { minMs, p5Ms, p25Ms, p50Ms, p75Ms, p90Ms, p95Ms, p99Ms, maxMs } = estimate;
  const ascending = [minMs, p5Ms, p25Ms, p50Ms, p75Ms, p90Ms, p95Ms, p99Ms, maxMs];
  expect(ascending.toSorted((a, b) => a - b)).toEqual(ascending);
  expect(estimate.sdMs / estimate.p50Ms).toBeCloseTo(0.02, 2);
});

test('however much processes differ, the extremes enclose the quantiles', () => {
  const { minMs, p5Ms, p99Ms, maxMs } = latencyEstimate(takesOf([9, 10, 20]), 0, options);
  expect(minMs).toBeLessThanOrEqual(p5Ms);
  expect(maxMs).toBeGreaterThanOrEqual(p99Ms);
});

test('processes that differ by more than the precision are a warning with the evidence, and widen the interval', () => {
  const spec = resolveSpec({ precision: 0.01, processes: 3 });
  const warningsOf = (medians: number[]): ReturnType<typeof sampleWarnings> => {
    const takes = takesOf(medians);
    return sampleWarnings({ takes, inputs: {}, assumedInputs: [] }, spec, verdictsOf(takes.map(takeOf), spec));
  };
  expect(warningsOf([10, 10, 10])).toEqual([]);
  const [first, second] = warningsOf([9, 10, 11]);
  expect(first?.code).toBe('not-converged');
  expect(second).toMatchObject({ code: 'process-variance', evidence: { statistic: 'p50', processes: 3 } });
  expect(second?.evidence['sdShare']).toBeCloseTo(0.1, 1);
});

test('the variance between processes is 0 where none shows', () => {
  expect(processVariance(takesOf([10]).map(takeOf), 'p50')).toEqual({ processes: 1, sdShare: 0 });
  expect(processVariance(takesOf([10, 10, 10]).map(takeOf), 'p50').sdShare).toBeLessThan(0.003);
});

test('few runs, drift, an unsteady warm-up, another provider and assumed shapes are each named', () => {
  const spec = resolveSpec({ statistic: 'p99', precision: 0.5, processes: 1, provider: 'cuda' });
  const [take] = takesOf([10], 40);
  if (take === undefined) throw new RangeError('no take');
  const rising = take.artifacts.map((runs) => ({
    ...runs,
    samplesMs: runs.samplesMs.map((ms, round) => ms * (1 + 0.004 * round)),
  }));
  const takes = [{ ...take, artifacts: rising, warmUpSteady: false }];
  const found = sampleWarnings(
    { takes, inputs: { x: [1, 3] }, assumedInputs: ['x'], placement: { nodes: 10, nodesElsewhere: 2 } },
    spec,
    verdictsOf(takes.map(takeOf), spec),
  );
  expect(found.map(({ code }) => code)).toEqual([
    'not-converged',
    'few-runs',
    'drift',
    'warm-up-not-steady',
    'provider-partial',
    'input-shape-assumed',
  ]);
  expect(found.at(-1)?.evidence).toEqual({ x: '1×3' });
});

test('the ratio is that of the medians, with the requested statistic beside it where that is another', () => {
  const takes = takesOf([10, 10, 10]).map(takeOf);
  const ofMedians = ratioEstimate(takes, 'p50');
  expect(ofMedians.p50).toBeCloseTo(0.5, 2);
  expect(ofMedians.requested).toBeUndefined();
  const ofMeans = ratioEstimate(takes, 'mean');
  expect(ofMeans).toMatchObject(ofMedians);
  expect(ofMeans.requested?.value).toBeCloseTo(0.5, 2);
});

test('of a discarded take the median and the reasons are kept', () => {
  const warnings = [{ code: 'cpu-steal' as const, evidence: { share: 0.2 } }];
  expect(discardedTake(takesOf([10, 10]).map(takeOf), warnings)).toMatchObject({ warnings });
});
