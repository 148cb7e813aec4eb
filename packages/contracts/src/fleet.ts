import { Type, type Static } from 'typebox';
import { Id, Sha256, TargetName, Timestamp } from './primitives.js';
import { AgentHealth, HealthStatus } from './health.js';
import { MeasurementResult } from './latency.js';
import { MeasurementFailure, MeasurementProgress } from './measurement.js';
import { ProfileResult } from './profile.js';
import { ScoreResult } from './scoring.js';
import { MeasurementKind, MeasurementSpec } from './spec.js';

/** A class of device and how it runs. */
export const Target = Type.Object({
  name: TargetName,
  description: Type.String(),
  architecture: Type.String({ description: 'CPU architecture, or any' }),
  provider: Type.String({ description: 'onnxruntime execution provider' }),
  agentsOnline: Type.Integer(),
  queued: Type.Integer(),
  running: Type.Integer(),
});
export type Target = Static<typeof Target>;

/** What a device does. */
export const AgentState = Type.Union([
  Type.Literal('idle'),
  Type.Literal('busy'),
  Type.Literal('draining'),
  Type.Literal('offline'),
]);
export type AgentState = Static<typeof AgentState>;

/** The device behind an agent. */
export const Device = Type.Object({
  hostname: Type.String(),
  os: Type.String(),
  architecture: Type.String(),
  cpuModel: Type.String(),
  logicalCores: Type.Integer(),
  memoryBytes: Type.Number(),
  onnxruntime: Type.String(),
  node: Type.String(),
});
export type Device = Static<typeof Device>;

/** The daemon on one device. */
export const Agent = Type.Object({
  id: Id,
  name: Type.String(),
  state: AgentState,
  health: AgentHealth,
  targets: Type.Array(TargetName),
  device: Device,
  version: Type.String(),
  running: Type.Union([
    Type.Object({
      measurementId: Id,
      subject: Sha256,
      target: TargetName,
      progress: Type.Union([MeasurementProgress, Type.Null()]),
    }),
    Type.Null(),
  ]),
  lastSeenAt: Timestamp,
  createdAt: Timestamp,
});
export type Agent = Static<typeof Agent>;

/** An agent says who it is. The same `id` again is the same agent: it keeps its id on its disk. */
export const EnrolAgent = Type.Object(
  {
    id: Id,
    name: Type.String({ minLength: 1, maxLength: 200 }),
    targets: Type.Array(TargetName, { minItems: 1, maxItems: 50 }),
    device: Device,
    version: Type.String(),
  },
  { additionalProperties: false },
);
export type EnrolAgent = Static<typeof EnrolAgent>;

/** The agent is known; this is how often it must be heard. */
export const Enrolled = Type.Object({ agent: Agent, heartbeatSeconds: Type.Number(), queuePrefix: Type.String() });
export type Enrolled = Static<typeof Enrolled>;

/** "I am alive, and this is what I do": extends the lease of the running measurement. */
export const Heartbeat = Type.Object(
  {
    state: Type.Union([Type.Literal('idle'), Type.Literal('busy'), Type.Literal('draining'), Type.Literal('offline')]),
    running: Type.Optional(
      Type.Object({ measurementId: Id, attempt: Type.Integer(), progress: Type.Optional(MeasurementProgress) }),
    ),
  },
  { additionalProperties: false },
);
export type Heartbeat = Static<typeof Heartbeat>;

/** `cancel`: the running measurement was cancelled or is another agent's by now: stop it. */
export const HeartbeatAnswer = Type.Object({
  cancel: Type.Boolean(),
  health: Type.Unsafe<HealthStatus>({
    ...HealthStatus,
    description: '`failed`: take no jobs; measure the canary until it passes or the device is cleared',
  }),
});
export type HeartbeatAnswer = Static<typeof HeartbeatAnswer>;

/** An agent took a job from the queue and asks whether it is really its to do. */
export const Claim = Type.Object(
  { agentId: Id, attempt: Type.Integer({ minimum: 1 }) },
  { additionalProperties: false },
);
export type Claim = Static<typeof Claim>;

/** It is: this is what to measure. */
export const Claimed = Type.Object({
  measurementId: Id,
  attempt: Type.Integer(),
  kind: MeasurementKind,
  subject: Sha256,
  control: Type.Union([Sha256, Type.Null()]),
  target: TargetName,
  spec: MeasurementSpec,
  leaseSeconds: Type.Number(),
});
export type Claimed = Static<typeof Claimed>;

/** How a measurement ended on the agent. */
export const Outcome = Type.Union([
  Type.Object({ kind: Type.Literal('succeeded'), result: MeasurementResult }),
  Type.Object({ kind: Type.Literal('profiled'), profile: ProfileResult }),
  Type.Object({ kind: Type.Literal('scored'), score: ScoreResult }),
  Type.Object({ kind: Type.Literal('failed'), failure: MeasurementFailure }),
  Type.Object({
    kind: Type.Literal('released'),
    reason: Type.String({ description: 'Given back unmeasured: the agent stops' }),
  }),
]);
export type Outcome = Static<typeof Outcome>;

/** An agent delivers an outcome; `accepted` false: it was known already, or the attempt is superseded. Both are final. */
export const DeliverOutcome = Type.Object(
  { agentId: Id, attempt: Type.Integer({ minimum: 1 }), outcome: Outcome },
  { additionalProperties: false },
);
export type DeliverOutcome = Static<typeof DeliverOutcome>;
export const OutcomeDelivered = Type.Object({ accepted: Type.Boolean() });
export type OutcomeDelivered = Static<typeof OutcomeDelivered>;

/** What a queue carries: a hint to ask for a claim, nothing that could be lost. */
export const MeasurementJob = Type.Object(
  { measurementId: Id, attempt: Type.Integer({ minimum: 1 }) },
  { additionalProperties: false },
);
export type MeasurementJob = Static<typeof MeasurementJob>;
