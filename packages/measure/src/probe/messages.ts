import { MeasurementProgress, MeasurementSpec, ProfiledKernel } from '@espalier/contracts';
import { type Static, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { MeasureError } from '../measure-error.js';

const Dims = Type.Array(Type.Integer({ minimum: 0 }));

const Bytes = Type.Refine(
  Type.Unsafe<Uint8Array>({}),
  (value) => value instanceof Uint8Array,
  () => 'must be bytes',
);

/** A tensor on its way to or from a probe: its elements as little-endian bytes. */
export const WireTensor = Type.Object({ elementType: Type.String(), dims: Dims, bytes: Bytes });
export type WireTensor = Static<typeof WireTensor>;

/** What a probe is told when it is started, before any request: whom to watch, and what to watch for. */
export const GuardOrders = Type.Object({
  parentPid: Type.Integer(),
  /** The probe ends itself when it holds more. */
  memoryLimitBytes: Type.Number({ exclusiveMinimum: 0 }),
  /** A folder of its own, which goes away with it. */
  workDir: Type.String({ minLength: 1 }),
});
export type GuardOrders = Static<typeof GuardOrders>;

const Placed = {
  /** An empty folder for whatever the task has to write. */
  workDir: Type.String({ minLength: 1 }),
};

/** What one of the fresh processes of a measurement is to do of the whole. */
export const Quota = Type.Object({
  /** Which of the processes this is, from 0. Each has an order of its rounds of its own. */
  process: Type.Integer({ minimum: 0 }),
  /** How many processes share the work: this one is done when so many like it would be enough. */
  share: Type.Integer({ minimum: 1 }),
  /** The rounds and the seconds that are left are divided into so many parts, of which this process gets one. */
  parts: Type.Integer({ minimum: 1 }),
  runsLeft: Type.Integer({ minimum: 2 }),
  secondsLeft: Type.Number({ exclusiveMinimum: 0 }),
  /**
   * What starting, loading and warming up may cost in all `share` processes, in seconds; one that finds it costs more makes
   * do with a smaller share. Absent: whatever it takes.
   */
  overheadSeconds: Type.Optional(Type.Number({ minimum: 0 })),
});
export type Quota = Static<typeof Quota>;

/** Measure one artifact, or several in the same rounds; the first is the subject, after which the others are fed. */
export const MeasureRequest = Type.Object({
  kind: Type.Literal('measure'),
  artifactPaths: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
  /** A .npz with the data of every input; absent: random data, by seed. */
  inputDataPath: Type.Optional(Type.String({ minLength: 1 })),
  spec: MeasurementSpec,
  quota: Quota,
  ...Placed,
});
export type MeasureRequest = Static<typeof MeasureRequest>;

/** Find out where the time of a run goes. */
export const ProfileRequest = Type.Object({
  kind: Type.Literal('profile'),
  modelPath: Type.String({ minLength: 1 }),
  /** A .npz with the data of every input; absent: random data, by seed. */
  inputDataPath: Type.Optional(Type.String({ minLength: 1 })),
  spec: MeasurementSpec,
  ...Placed,
});
export type ProfileRequest = Static<typeof ProfileRequest>;

/** Find the shape of every intermediate tensor. */
export const TraceRequest = Type.Object({
  kind: Type.Literal('trace'),
  modelPath: Type.String({ minLength: 1 }),
  inputShapes: Type.Record(Type.String(), Dims),
  ...Placed,
});
export type TraceRequest = Static<typeof TraceRequest>;

/** Run a model once on given inputs. */
export const RunRequest = Type.Object({
  kind: Type.Literal('run'),
  modelPath: Type.String({ minLength: 1 }),
  inputs: Type.Record(Type.String(), WireTensor),
  provider: Type.String({ minLength: 1 }),
  threads: Type.Integer({ minimum: 0 }),
  graphOptimization: Type.Index(MeasurementSpec, ['graphOptimization']),
  ...Placed,
});
export type RunRequest = Static<typeof RunRequest>;

/** Which providers there are, and whether one of them runs a model. */
export const CheckRequest = Type.Object({
  kind: Type.Literal('check'),
  provider: Type.String({ minLength: 1 }),
  ...Placed,
});
export type CheckRequest = Static<typeof CheckRequest>;

/** What a probe can be asked. */
export const ProbeRequest = Type.Union([MeasureRequest, ProfileRequest, TraceRequest, RunRequest, CheckRequest]);
export type ProbeRequest = Static<typeof ProbeRequest>;

const Times = Type.Refine(
  Type.Unsafe<Float64Array>({}),
  (value) => value instanceof Float64Array && value.length >= 2,
  () => 'must be two or more times',
);

/** What one process found out about one artifact. */
export const Samples = Type.Object({
  /** A value a round, in order of time, in ms per run. */
  samplesMs: Times,
  runsPerSample: Type.Integer({ minimum: 1 }),
  /** Runs that are in no sample: the first one, warm-up, rounds that were not kept. */
  droppedRuns: Type.Integer({ minimum: 0 }),
  loadMs: Type.Number(),
  firstRunMs: Type.Number(),
  /** Size of the file. */
  modelBytes: Type.Integer({ minimum: 0 }),
});
export type Samples = Static<typeof Samples>;

/** How well the runs kept to a request rate. */
export const Punctuality = Type.Object({
  runs: Type.Integer({ minimum: 0 }),
  /** Runs that were due while the one before was still going on. */
  lateRuns: Type.Integer({ minimum: 0 }),
  achievedPerSecond: Type.Number({ minimum: 0 }),
});
export type Punctuality = Static<typeof Punctuality>;

/** The raw samples of one process of a measurement, before any statistics. */
export const Measured = Type.Object({
  kind: Type.Literal('measured'),
  /** In the order of the request. */
  artifacts: Type.Array(Samples, { minItems: 1 }),
  /** When each round began, ms after the first. */
  atMs: Times,
  /** When the first round began, ms since the Unix epoch. */
  startedAtMs: Type.Number(),
  /** How long the rounds took, those that were not kept included. */
  samplingMs: Type.Number({ minimum: 0 }),
  /** How many processes like this would be enough: the share that was asked for, or less where starting one costs too much. */
  share: Type.Integer({ minimum: 1 }),
  /** Start, loading and warm-up. */
  overheadMs: Type.Number({ minimum: 0 }),
  warmUpSteady: Type.Boolean(),
  inputs: Type.Record(Type.String(), Dims),
  assumedInputs: Type.Array(Type.String()),
  /** How many nodes of the subject ran, and how many of them elsewhere than on the provider; absent for the CPU. */
  placement: Type.Optional(Type.Object({ nodes: Type.Integer(), nodesElsewhere: Type.Integer() })),
  /** Absent unless the runs came at a request rate. */
  punctuality: Type.Optional(Punctuality),
  onnxruntime: Type.String(),
  cpuSeconds: Type.Number(),
  /** Of this process when it had loaded and run the subject alone; in the first process only. */
  peakRssBytes: Type.Optional(Type.Number()),
});
export type Measured = Static<typeof Measured>;

/** Where the time of the runs of a model went. */
export const Profiled = Type.Object({
  kind: Type.Literal('profiled'),
  runs: Type.Integer({ minimum: 1 }),
  profiledP50Ms: Type.Number(),
  plainP50Ms: Type.Number(),
  kernels: Type.Array(ProfiledKernel),
  runtimeShare: Type.Number(),
  unexplained: Type.Number(),
  warmUpSteady: Type.Boolean(),
  inputs: Type.Record(Type.String(), Dims),
  assumedInputs: Type.Array(Type.String()),
  onnxruntime: Type.String(),
  cpuSeconds: Type.Number(),
});
export type Profiled = Static<typeof Profiled>;

/** Shapes of the tensors of one run. */
export const Traced = Type.Object({
  kind: Type.Literal('traced'),
  inputs: Type.Record(Type.String(), Dims),
  assumedInputs: Type.Array(Type.String()),
  shapes: Type.Array(Type.Object({ name: Type.String(), elementType: Type.String(), dims: Dims })),
  leftOut: Type.Array(Type.String()),
});
export type Traced = Static<typeof Traced>;

/** Outputs of one run. */
export const Ran = Type.Object({ kind: Type.Literal('ran'), outputs: Type.Record(Type.String(), WireTensor) });
export type Ran = Static<typeof Ran>;

/** Whether a provider runs a model here; `reason` when it does not. */
export const Checked = Type.Object({
  kind: Type.Literal('checked'),
  onnxruntime: Type.String(),
  reason: Type.Optional(Type.String()),
});
export type Checked = Static<typeof Checked>;

const Failed = Type.Object({
  kind: Type.Literal('failed'),
  code: Type.Union([
    Type.Literal('model-invalid'),
    Type.Literal('provider-unavailable'),
    Type.Literal('provider-options-invalid'),
    Type.Literal('input-unresolved'),
    Type.Literal('input-data-invalid'),
    Type.Literal('probe-out-of-memory'),
    Type.Literal('probe-crashed'),
  ]),
  message: Type.String(),
  hint: Type.Optional(Type.String()),
});
export type Failed = Static<typeof Failed>;

const Progress = Type.Object({ kind: Type.Literal('progress'), progress: MeasurementProgress });

/** What a probe has begun to do, so that this is known when it ends in the midst of it. */
const AtWork = Type.Object({
  kind: Type.Literal('at-work'),
  phase: Type.Union([Type.Literal('loading'), Type.Literal('first-run')]),
  modelPath: Type.Optional(Type.String()),
});
export type AtWork = Static<typeof AtWork>;

/** What a probe can say: any number of messages on its progress and work, then one of the others. */
export const ProbeMessage = Type.Union([Progress, AtWork, Measured, Profiled, Traced, Ran, Checked, Failed]);
export type ProbeMessage = Static<typeof ProbeMessage>;

/** The message that ends a probe's work. */
export type ProbeAnswer = Exclude<ProbeMessage, { kind: 'progress' | 'at-work' | 'failed' }>;

/** Makes the parser of messages from the other process; nothing is copied, for they may hold large tensors. */
function parserOf<Schema extends TSchema>(what: string, schema: Schema): (message: unknown) => Static<Schema> {
  const validator = Compile(schema);
  return (message) => {
    if (validator.Check(message)) return message;
    const [first] = validator.Errors(message);
    throw new MeasureError('probe-crashed', `${what} makes no sense: ${first?.instancePath || 'it'} ${first?.message}`);
  };
}

/**
 * Parses what a probe says.
 * @throws MeasureError `probe-crashed` when it makes no sense
 */
export const parseProbeMessage = parserOf('a message of the probe', ProbeMessage);

/**
 * Checks what a probe is to be asked, before it is asked: the probe itself does not load any schema.
 * @throws MeasureError `probe-crashed` when it makes no sense
 */
export const parseProbeRequest = parserOf('the request to the probe', ProbeRequest);
