import { Type, type Static } from 'typebox';
import { Interval, TargetName, Timestamp } from './primitives.js';

/**
 * What the canary says about a device: `healthy`; `suspect`: its speed drifted, or does not belong in its class, and it
 * still gets jobs; `failed`: it gets none until it passes or a person clears it; `unknown`: not measured yet.
 */
export const HealthStatus = Type.Union([
  Type.Literal('unknown'),
  Type.Literal('healthy'),
  Type.Literal('suspect'),
  Type.Literal('failed'),
]);
export type HealthStatus = Static<typeof HealthStatus>;

/** One measurement of the canary on one target of a device, or why there is none. */
export const CanaryReading = Type.Object(
  {
    target: TargetName,
    at: Timestamp,
    outcome: Type.Union([
      Type.Object({
        kind: Type.Literal('measured'),
        p50Ms: Type.Number(),
        p50Ci: Interval,
        runs: Type.Integer(),
        disturbedBy: Type.Optional(
          Type.Array(Type.String(), {
            description: 'Warnings that others kept the device busy meanwhile: being slow is then no fault of its own',
          }),
        ),
      }),
      Type.Object({ kind: Type.Literal('failed'), code: Type.String(), message: Type.String() }),
    ]),
  },
  { additionalProperties: false },
);
export type CanaryReading = Static<typeof CanaryReading>;

/** The health of a device on one target. */
export const TargetHealth = Type.Object({
  target: TargetName,
  status: HealthStatus,
  reason: Type.Union([Type.String(), Type.Null()]),
  p50Ms: Type.Union([Type.Number(), Type.Null()], { description: 'The latest canary' }),
  baselineMs: Type.Union([Type.Number(), Type.Null()], {
    description: 'The canary when the device was new or cleared',
  }),
  drift: Type.Union([Type.Number(), Type.Null()], { description: 'Latest over baseline, minus 1' }),
  relativeSpeed: Type.Union([Type.Number(), Type.Null()], {
    description: 'Median canary of the class over ours: above 1 is faster; null: alone in its class',
  }),
  at: Type.Union([Timestamp, Type.Null()]),
});
export type TargetHealth = Static<typeof TargetHealth>;

/** The health of a device: the worst of its targets. */
export const AgentHealth = Type.Object({
  status: HealthStatus,
  targets: Type.Array(TargetHealth),
  clearedAt: Type.Union([Timestamp, Type.Null()], { description: 'When a person last cleared it' }),
});
export type AgentHealth = Static<typeof AgentHealth>;

/** An agent reports its canary; the answer is what the service makes of it. */
export const PostCanary = Type.Object(
  { readings: Type.Array(CanaryReading, { minItems: 1, maxItems: 50 }) },
  { additionalProperties: false },
);
export type PostCanary = Static<typeof PostCanary>;

/** The readings of one device on one target, oldest first. */
export const CanaryHistory = Type.Object({ readings: Type.Array(CanaryReading) });
export type CanaryHistory = Static<typeof CanaryHistory>;
