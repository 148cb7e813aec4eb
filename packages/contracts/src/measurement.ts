import { Type, type Static } from 'typebox';
import { Id, Interval, Sha256, Statistic, TargetName, Timestamp } from './primitives.js';

/**
 * How a latency is measured. Every field has a default and belongs to the measurement's identity: two measurements of the
 * same artifacts on the same target are the same measurement exactly when their resolved specs are equal.
 */
export const MeasurementSpec = Type.Object(
  {
    batch: Type.Integer({ minimum: 1, maximum: 65_536, default: 1, description: 'Samples per run' }),
    inputShapes: Type.Record(Type.String(), Type.Array(Type.Integer({ minimum: 0 })), {
      default: {},
      description: 'Concrete shape per input name, for inputs with dynamic dimensions other than the batch',
    }),
    threads: Type.Integer({
      minimum: 0,
      maximum: 1024,
      default: 1,
      description: 'Intra-op threads; 0: as onnxruntime decides',
    }),
    interOpThreads: Type.Integer({ minimum: 0, maximum: 1024, default: 1 }),
    executionMode: Type.Union([Type.Literal('sequential'), Type.Literal('parallel')], { default: 'sequential' }),
    graphOptimization: Type.Union(
      [Type.Literal('disabled'), Type.Literal('basic'), Type.Literal('extended'), Type.Literal('all')],
      { default: 'all' },
    ),
    memoryArena: Type.Boolean({ default: true }),
    provider: Type.String({ minLength: 1, default: 'cpu', description: 'onnxruntime execution provider' }),
    statistic: Type.Unsafe<Statistic>({ ...Statistic, default: 'p50' }),
    precision: Type.Number({
      minimum: 0.0005,
      maximum: 0.5,
      default: 0.01,
      description:
        'Stop when the relative half-width of the 95 % interval (of the statistic and of the ratio) is at most this',
    }),
    minRuns: Type.Integer({ minimum: 5, maximum: 1_000_000, default: 30 }),
    maxRuns: Type.Integer({ minimum: 5, maximum: 1_000_000, default: 5000 }),
    maxSeconds: Type.Number({
      minimum: 0.1,
      maximum: 3600,
      default: 30,
      description: 'Cap on the time of the timed rounds',
    }),
    seed: Type.Integer({
      minimum: 0,
      maximum: 2_147_483_647,
      default: 1,
      description: 'Seed of input data and round order',
    }),
  },
  { additionalProperties: false, description: 'How a latency is measured' },
);
export type MeasurementSpec = Static<typeof MeasurementSpec>;

/** What a user may send of a spec: what is missing takes its default, and the target decides the provider. */
export const PartialMeasurementSpec = Type.Partial(Type.Omit(MeasurementSpec, ['provider']), {
  additionalProperties: false,
});
export type PartialMeasurementSpec = Static<typeof PartialMeasurementSpec>;

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
  loadMs: Type.Number({ description: 'Creating the session' }),
  firstRunMs: Type.Number({ description: 'The first run, cold' }),
  samplesMs: Type.Array(Type.Number(), { description: 'Every sample in order of time' }),
});
export type LatencyEstimate = Static<typeof LatencyEstimate>;

/** Subject over control, from rounds that ran both. */
export const RatioEstimate = Type.Object({ p50: Type.Number(), ci: Interval });
export type RatioEstimate = Static<typeof RatioEstimate>;

/** What makes a number suspicious, as a code with its evidence; the sentence is made where it is shown. */
export const MeasurementWarning = Type.Object({
  code: Type.Union([
    Type.Literal('not-converged'),
    Type.Literal('few-runs'),
    Type.Literal('drift'),
    Type.Literal('cpu-steal'),
    Type.Literal('other-load'),
    Type.Literal('cpu-throttled'),
    Type.Literal('governor-powersave'),
    Type.Literal('swap'),
    Type.Literal('memory-pressure'),
    Type.Literal('input-shape-assumed'),
    Type.Literal('warm-up-not-steady'),
    Type.Literal('provider-partial'),
  ]),
  evidence: Type.Record(Type.String(), Type.Union([Type.Number(), Type.String()])),
});
export type MeasurementWarning = Static<typeof MeasurementWarning>;

/** What a device looked like at one moment. Absent: this platform does not tell. */
export const EnvironmentSnapshot = Type.Object({
  at: Timestamp,
  cpuModel: Type.String(),
  logicalCores: Type.Integer(),
  affinity: Type.Optional(Type.String({ description: 'CPUs that the process may use, such as 0-1' })),
  governor: Type.Optional(Type.String()),
  frequencyMHz: Type.Optional(Type.Number()),
  temperatureC: Type.Optional(Type.Number()),
  load1: Type.Number({ description: 'One-minute load average' }),
  memoryTotalBytes: Type.Number(),
  memoryAvailableBytes: Type.Number(),
  swapUsedBytes: Type.Optional(Type.Number()),
  cpuPressure10: Type.Optional(
    Type.Number({ description: 'PSI: share of the last 10 s in which some task waited for a CPU, %' }),
  ),
  cpuBusySeconds: Type.Optional(Type.Number({ description: 'CPU time used by all processes since boot' })),
  cpuStealSeconds: Type.Optional(Type.Number({ description: 'CPU time taken by the hypervisor since boot' })),
  throttleCount: Type.Optional(Type.Integer()),
  containerCpus: Type.Optional(Type.Number({ description: 'CPU limit of the container' })),
  containerMemoryBytes: Type.Optional(Type.Number()),
});
export type EnvironmentSnapshot = Static<typeof EnvironmentSnapshot>;

/** The device and the runtime of one measurement. */
export const MeasurementEnvironment = Type.Object({
  os: Type.String(),
  architecture: Type.String(),
  node: Type.String(),
  onnxruntime: Type.String(),
  provider: Type.String({ description: 'Execution provider that was used' }),
  before: EnvironmentSnapshot,
  after: EnvironmentSnapshot,
});
export type MeasurementEnvironment = Static<typeof MeasurementEnvironment>;

/** What one measurement found. */
export const MeasurementResult = Type.Object({
  subject: LatencyEstimate,
  control: Type.Optional(LatencyEstimate),
  ratio: Type.Optional(RatioEstimate),
  environment: MeasurementEnvironment,
  warnings: Type.Array(MeasurementWarning),
  inputs: Type.Record(Type.String(), Type.Array(Type.Integer()), { description: 'Shapes that were fed' }),
  peakRssBytes: Type.Number(),
  wallSeconds: Type.Number(),
});
export type MeasurementResult = Static<typeof MeasurementResult>;

/** How far a running measurement is. */
export const MeasurementProgress = Type.Object({
  phase: Type.Union([Type.Literal('loading'), Type.Literal('warming-up'), Type.Literal('sampling')]),
  runs: Type.Integer(),
  relativeHalfWidth: Type.Optional(Type.Number()),
  elapsedMs: Type.Number(),
  remainingMs: Type.Optional(Type.Number({ description: 'Estimate of what is left' })),
});
export type MeasurementProgress = Static<typeof MeasurementProgress>;

/** Where a measurement stands. */
export const MeasurementStatus = Type.Union([
  Type.Literal('queued'),
  Type.Literal('running'),
  Type.Literal('succeeded'),
  Type.Literal('failed'),
  Type.Literal('cancelled'),
]);
export type MeasurementStatus = Static<typeof MeasurementStatus>;

/** Why a measurement failed; `detail` keeps the last words of the probe. */
export const MeasurementFailure = Type.Object({
  code: Type.String({ description: 'Stable code, such as probe-crashed or model-invalid' }),
  message: Type.String(),
  detail: Type.Optional(Type.String()),
});
export type MeasurementFailure = Static<typeof MeasurementFailure>;

/** A measurement as the API shows it. */
export const Measurement = Type.Object({
  id: Id,
  status: MeasurementStatus,
  subject: Sha256,
  control: Type.Union([Sha256, Type.Null()]),
  modelId: Type.Union([Sha256, Type.Null()], { description: 'The model that the subject is, or was made from' }),
  target: TargetName,
  spec: MeasurementSpec,
  attempt: Type.Integer(),
  agentId: Type.Union([Id, Type.Null()]),
  progress: Type.Union([MeasurementProgress, Type.Null()]),
  result: Type.Union([MeasurementResult, Type.Null()]),
  failure: Type.Union([MeasurementFailure, Type.Null()]),
  createdAt: Timestamp,
  startedAt: Type.Union([Timestamp, Type.Null()]),
  finishedAt: Type.Union([Timestamp, Type.Null()]),
});
export type Measurement = Static<typeof Measurement>;

/** One wish in a batch of measurements. */
export const MeasurementRequest = Type.Object(
  {
    subject: Sha256,
    control: Type.Optional(Sha256),
    target: TargetName,
    spec: Type.Optional(PartialMeasurementSpec),
    fresh: Type.Boolean({ default: false, description: 'Measure again even when the same measurement exists' }),
    priority: Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'Lower goes first' }),
  },
  { additionalProperties: false },
);
export type MeasurementRequest = Static<typeof MeasurementRequest>;

/** A batch of measurements to create. */
export const CreateMeasurements = Type.Object(
  { measurements: Type.Array(MeasurementRequest, { minItems: 1, maxItems: 1000 }) },
  { additionalProperties: false },
);
export type CreateMeasurements = Static<typeof CreateMeasurements>;

/** The measurements of a batch, in its order; `created` false: the same one existed. */
export const CreatedMeasurements = Type.Object({
  measurements: Type.Array(Type.Object({ created: Type.Boolean(), measurement: Measurement })),
});
export type CreatedMeasurements = Static<typeof CreatedMeasurements>;
