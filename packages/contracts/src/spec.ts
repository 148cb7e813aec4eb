import { Type, type Static } from 'typebox';
import { Sha256, Statistic } from './primitives.js';
import { ScoringSpec } from './scoring.js';

/** When the next run begins. Real use is rarely a tight loop, and a device that dozes in between is slower. */
export const Pacing = Type.Union(
  [
    Type.Object({ kind: Type.Literal('back-to-back') }, { additionalProperties: false }),
    Type.Object(
      {
        kind: Type.Literal('idle-gap'),
        gapMs: Type.Number({ exclusiveMinimum: 0, maximum: 60_000, description: 'Idle time after each run' }),
      },
      { additionalProperties: false },
    ),
    Type.Object(
      {
        kind: Type.Literal('request-rate'),
        perSecond: Type.Number({ exclusiveMinimum: 0, maximum: 100_000 }),
        arrivals: Type.Union([Type.Literal('constant'), Type.Literal('poisson')], { default: 'constant' }),
      },
      { additionalProperties: false },
    ),
  ],
  { description: 'When the next run begins: at once, after an idle gap, or at a request rate' },
);
export type Pacing = Static<typeof Pacing>;

/** What is measured: how long runs take, where a run's time goes, or what blocks matter on calibration data. */
export const MeasurementKind = Type.Union([Type.Literal('latency'), Type.Literal('profile'), Type.Literal('score')], {
  description:
    '`latency`: the distribution of the run time; `profile`: the share of every node and block in it; `score`: the importance of every block on calibration data',
});
export type MeasurementKind = Static<typeof MeasurementKind>;

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
    memoryArena: Type.Boolean({ default: true, description: 'Keep memory between runs instead of returning it' }),
    memoryPattern: Type.Boolean({ default: true, description: 'Plan the memory of a run ahead, from the first one' }),
    spinning: Type.Boolean({
      default: true,
      description: 'Threads that wait for work spin; without it they sleep, which costs latency and saves the CPU',
    }),
    affinity: Type.Union([Type.String({ pattern: '^\\d{1,4}(-\\d{1,4})?(,\\d{1,4}(-\\d{1,4})?)*$' }), Type.Null()], {
      default: null,
      description: 'CPUs that the process may use, such as 0-3,6; null: those of the agent',
    }),
    provider: Type.String({ minLength: 1, default: 'cpu', description: 'onnxruntime execution provider' }),
    providerOptions: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
      default: {},
      description: 'Options of the execution provider, as onnxruntime names them',
    }),
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
      description: 'Cap on the time of the timed rounds, over all processes',
    }),
    processes: Type.Union([Type.Literal('auto'), Type.Integer({ minimum: 1, maximum: 64 })], {
      default: 'auto',
      description: 'Fresh processes that the runs are spread over; auto: as many as their variance demands',
    }),
    pacing: Type.Unsafe<Pacing>({ ...Pacing, default: { kind: 'back-to-back' } }),
    repeatIfUnstable: Type.Integer({
      minimum: 0,
      maximum: 10,
      default: 0,
      description: 'Measure again, at most so often, while a warning says that something disturbed the device',
    }),
    inputData: Type.Union([Sha256, Type.Null()], {
      default: null,
      description: 'An uploaded .npz with an array for every input; null: random data, by seed',
    }),
    seed: Type.Integer({
      minimum: 0,
      maximum: 2_147_483_647,
      default: 1,
      description: 'Seed of input data and round order',
    }),
    scoring: Type.Union([ScoringSpec, Type.Null()], {
      default: null,
      description: 'Of a measurement of kind `score`: the criterion and its data; null for all others',
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

/** Values to try in all combinations: every one becomes a measurement of its own. */
export const Sweep = Type.Object(
  {
    batch: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 65_536 }), { minItems: 1, maxItems: 50 })),
    threads: Type.Optional(Type.Array(Type.Integer({ minimum: 0, maximum: 1024 }), { minItems: 1, maxItems: 50 })),
  },
  { additionalProperties: false, description: 'Measure every combination of these instead of one spec' },
);
export type Sweep = Static<typeof Sweep>;
