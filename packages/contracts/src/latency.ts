import { Type, type Static } from 'typebox';
import { MeasurementEnvironment, MeasurementWarning } from './device-state.js';
import { Interval, Statistic } from './primitives.js';

/** What one fresh process contributed to the distribution of one artifact. */
export const ProcessRuns = Type.Object({
  n: Type.Integer({ description: 'Samples of this process' }),
  valueMs: Type.Number({ description: 'The requested statistic of these samples alone' }),
  loadMs: Type.Number(),
  firstRunMs: Type.Number(),
});
export type ProcessRuns = Static<typeof ProcessRuns>;

/** The latency distribution of one artifact, in milliseconds per run of the whole batch. */
export const LatencyEstimate = Type.Object({
  n: Type.Integer({ description: 'Samples: timed runs, or timed groups of runsPerSample runs' }),
  converged: Type.Boolean({
    description: 'The interval reached the requested precision; of a subject with a control, the ratio did too',
  }),
  minMs: Type.Number(),
  p5Ms: Type.Number(),
  p25Ms: Type.Number(),
  p50Ms: Type.Number(),
  p50Ci: Interval,
  p75Ms: Type.Number(),
  p90Ms: Type.Number(),
  p90Ci: Interval,
  p95Ms: Type.Number(),
  p95Ci: Interval,
  p99Ms: Type.Number(),
  p99Ci: Interval,
  maxMs: Type.Number(),
  meanMs: Type.Number(),
  meanCi: Interval,
  sdMs: Type.Number(),
  madMs: Type.Number({ description: 'Median absolute deviation' }),
  outliers: Type.Integer({ description: 'Runs beyond the Tukey fences; counted, never dropped' }),
  driftPerMinute: Type.Number({ description: 'Robust slope over the rounds, as a share of the median per minute' }),
  droppedRuns: Type.Integer({ description: 'Warm-up runs, not in the distribution' }),
  runsPerSample: Type.Integer({ description: 'Runs timed together, so that the timer costs nothing' }),
  modelBytes: Type.Integer({ description: 'Size of the ONNX file' }),
  loadMs: Type.Number({ description: 'Creating the session; the median over the processes' }),
  firstRunMs: Type.Number({ description: 'The first run, cold; the median over the processes' }),
  processes: Type.Array(ProcessRuns, { description: 'Every fresh process, in order of time' }),
  samplesMs: Type.Array(Type.Number(), { description: 'Every sample in order of time, process after process' }),
});
export type LatencyEstimate = Static<typeof LatencyEstimate>;

/** Subject over control, from rounds that ran both. */
export const RatioEstimate = Type.Object({
  p50: Type.Number({ description: 'Ratio of the medians' }),
  ci: Interval,
  requested: Type.Optional(
    Type.Object(
      { statistic: Statistic, value: Type.Number(), ci: Interval },
      { description: 'Ratio of the statistic that the spec asks for, where that is not the median' },
    ),
  ),
});
export type RatioEstimate = Static<typeof RatioEstimate>;

/** A take that was thrown away because something disturbed the device. */
export const DiscardedTake = Type.Object({
  p50Ms: Type.Number(),
  warnings: Type.Array(MeasurementWarning),
});
export type DiscardedTake = Static<typeof DiscardedTake>;

/** How much the requested statistic of the subject differs from one fresh process to the next. */
export const ProcessVariance = Type.Object({
  processes: Type.Integer(),
  sdShare: Type.Number({
    description: 'Standard deviation between processes, as a share of the statistic; 0: none shown',
  }),
});
export type ProcessVariance = Static<typeof ProcessVariance>;

/** What one measurement found. */
export const MeasurementResult = Type.Object({
  subject: LatencyEstimate,
  control: Type.Optional(LatencyEstimate),
  ratio: Type.Optional(RatioEstimate),
  environment: MeasurementEnvironment,
  warnings: Type.Array(MeasurementWarning),
  inputs: Type.Record(Type.String(), Type.Array(Type.Integer()), { description: 'Shapes that were fed' }),
  atMs: Type.Array(Type.Number(), { description: 'When each sample was taken, ms after the first' }),
  processVariance: ProcessVariance,
  discarded: Type.Array(DiscardedTake, { description: 'Takes that `repeatIfUnstable` repeated' }),
  peakRssBytes: Type.Number({
    description: 'Peak resident memory of a process that had loaded and run the subject alone',
  }),
  wallSeconds: Type.Number(),
});
export type MeasurementResult = Static<typeof MeasurementResult>;

/** Two artifacts of a comparison: `a` over `b`. */
export const ComparedPair = Type.Object({
  a: Type.Integer({ description: 'Index of an artifact' }),
  b: Type.Integer({ description: 'Index of another, after `a`' }),
  ratio: Type.Number({ description: 'Of the requested statistic, a over b' }),
  ci: Interval,
  simultaneousCi: Type.Unsafe<Interval>({
    ...Interval,
    description: 'All these intervals of a comparison hold together with 95 % confidence',
  }),
  different: Type.Boolean({ description: 'The simultaneous interval leaves out 1' }),
});
export type ComparedPair = Static<typeof ComparedPair>;

/** Several artifacts that were measured in one interleaved run. */
export const ComparisonResult = Type.Object({
  statistic: Statistic,
  artifacts: Type.Array(LatencyEstimate),
  pairs: Type.Array(ComparedPair, { description: 'Every pair, corrected for the number of pairs' }),
  ranks: Type.Array(Type.Integer(), {
    description: 'Per artifact: 1 + how many others are really faster. Equal ranks are not told apart',
  }),
  environment: MeasurementEnvironment,
  warnings: Type.Array(MeasurementWarning),
  inputs: Type.Record(Type.String(), Type.Array(Type.Integer())),
  atMs: Type.Array(Type.Number()),
  discarded: Type.Array(DiscardedTake),
  wallSeconds: Type.Number(),
});
export type ComparisonResult = Static<typeof ComparisonResult>;
