import { Type, type Static } from 'typebox';
import { MeasurementResult } from './latency.js';
import { Id, Sha256, TargetName, Timestamp } from './primitives.js';
import { ProfileResult } from './profile.js';
import { ScoreResult } from './scoring.js';
import { MeasurementKind, MeasurementSpec, PartialMeasurementSpec, Sweep } from './spec.js';

/** How far a running measurement is. */
export const MeasurementProgress = Type.Object({
  phase: Type.Union([
    Type.Literal('loading'),
    Type.Literal('warming-up'),
    Type.Literal('sampling'),
    Type.Literal('scoring'),
  ]),
  process: Type.Optional(Type.Integer({ description: 'Which fresh process, from 1' })),
  runs: Type.Integer(),
  plannedRuns: Type.Optional(Type.Integer({ description: 'Where it is known beforehand' })),
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
  kind: MeasurementKind,
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
  profile: Type.Union([ProfileResult, Type.Null()], { description: 'What a measurement of kind `profile` found' }),
  score: Type.Union([ScoreResult, Type.Null()], { description: 'What a measurement of kind `score` found' }),
  failure: Type.Union([MeasurementFailure, Type.Null()]),
  createdAt: Timestamp,
  startedAt: Type.Union([Timestamp, Type.Null()]),
  finishedAt: Type.Union([Timestamp, Type.Null()]),
});
export type Measurement = Static<typeof Measurement>;

/** One wish in a batch of measurements. */
export const MeasurementRequest = Type.Object(
  {
    kind: Type.Unsafe<MeasurementKind>({ ...MeasurementKind, default: 'latency' }),
    subject: Sha256,
    control: Type.Optional(Sha256),
    target: TargetName,
    spec: Type.Optional(PartialMeasurementSpec),
    sweep: Type.Optional(Sweep),
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
