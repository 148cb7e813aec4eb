import { Type, type Static } from 'typebox';
import { PartialMeasurementSpec } from './spec.js';
import { Criterion, Reduction } from './model.js';
import { Granularity, Id, Interval, Sha256, Statistic, TargetName, Timestamp } from './primitives.js';

/** The statistic that a plan can limit: latency tables hold medians. */
const PlannedStatistic = Type.Literal('p50', { default: 'p50' });

/** A limit on the p50 of one target: in ms, or as a ratio of the base model. */
export const Budget = Type.Union([
  Type.Object(
    {
      target: TargetName,
      statistic: PlannedStatistic,
      limitMs: Type.Number({ exclusiveMinimum: 0 }),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      target: TargetName,
      statistic: PlannedStatistic,
      ratio: Type.Number({ exclusiveMinimum: 0, maximum: 10 }),
    },
    { additionalProperties: false },
  ),
]);
export type Budget = Static<typeof Budget>;

/** Asks for a plan. */
export const CreatePlan = Type.Object(
  {
    modelId: Sha256,
    budgets: Type.Array(Budget, { minItems: 1, maxItems: 1, description: 'One budget on one target' }),
    criterion: Type.Unsafe<Criterion>({ ...Criterion, default: 'l2' }),
    reduction: Type.Unsafe<Reduction>({ ...Reduction, default: 'all' }),
    granularity: Type.Unsafe<Granularity>({ ...Granularity, default: 'block' }),
    spec: Type.Optional(PartialMeasurementSpec),
    pinned: Type.Array(Type.Integer({ minimum: 0 }), { default: [], description: 'Blocks that must stay' }),
    maxRounds: Type.Integer({ minimum: 1, maximum: 50, default: 8, description: 'Verifications at most' }),
    fresh: Type.Boolean({ default: false, description: 'Measure again what was measured before' }),
  },
  { additionalProperties: false },
);
export type CreatePlan = Static<typeof CreatePlan>;

/** Where a plan stands; the last four are final. */
export const PlanStatus = Type.Union([
  Type.Literal('scoring'),
  Type.Literal('measuring'),
  Type.Literal('solving'),
  Type.Literal('verifying'),
  Type.Literal('verified'),
  Type.Literal('infeasible'),
  Type.Literal('failed'),
  Type.Literal('cancelled'),
]);
export type PlanStatus = Static<typeof PlanStatus>;

/** A budget of a plan; `limitMs` is null until the base was measured, when the budget is a ratio. */
export const PlanBudget = Type.Object({
  target: TargetName,
  statistic: Statistic,
  limitMs: Type.Union([Type.Number(), Type.Null()]),
  ratio: Type.Union([Type.Number(), Type.Null()]),
});
export type PlanBudget = Static<typeof PlanBudget>;

/** A latency that the planner expects. */
export const PredictedLatency = Type.Object({ p50Ms: Type.Number(), ci: Interval });
export type PredictedLatency = Static<typeof PredictedLatency>;

/** A latency that was measured, from `n` runs. */
export const MeasuredLatency = Type.Object({ p50Ms: Type.Number(), ci: Interval, n: Type.Integer() });
export type MeasuredLatency = Static<typeof MeasuredLatency>;

/** What removing one block saves on the target; null: not measured (yet), or not removable. */
export const LatencyTableRow = Type.Object({
  index: Type.Integer(),
  name: Type.String(),
  removable: Type.Boolean(),
  importance: Type.Union([Type.Number(), Type.Null()], { description: 'Share of all removable blocks together' }),
  savingMs: Type.Union([Type.Number(), Type.Null()]),
  savingCi: Type.Union([Interval, Type.Null()]),
});
export type LatencyTableRow = Static<typeof LatencyTableRow>;

/** One verification: what was removed, expected and found. */
export const PlanRound = Type.Object({
  round: Type.Integer(),
  removed: Type.Array(Type.Integer()),
  predicted: PredictedLatency,
  measured: Type.Union([MeasuredLatency, Type.Null()]),
  ratio: Type.Union([Type.Object({ p50: Type.Number(), ci: Interval }), Type.Null()]),
  limitMs: Type.Number(),
  met: Type.Boolean(),
});
export type PlanRound = Static<typeof PlanRound>;

/** How far a plan is: measurements done of those known to be needed. */
export const PlanProgress = Type.Object({
  done: Type.Integer(),
  total: Type.Integer(),
  now: Type.Union([Type.String(), Type.Null()], { description: 'What is being measured' }),
  remainingSeconds: Type.Union([Type.Number(), Type.Null()]),
});
export type PlanProgress = Static<typeof PlanProgress>;

/** A plan as the API shows it. */
export const Plan = Type.Object({
  id: Id,
  modelId: Sha256,
  status: PlanStatus,
  criterion: Criterion,
  reduction: Reduction,
  granularity: Granularity,
  budgets: Type.Array(PlanBudget),
  pinned: Type.Array(Type.Integer()),
  removed: Type.Union([Type.Array(Type.Integer()), Type.Null()]),
  predicted: Type.Union([PredictedLatency, Type.Null()]),
  measured: Type.Union([MeasuredLatency, Type.Null()]),
  base: Type.Union([MeasuredLatency, Type.Null()]),
  latencyTable: Type.Array(LatencyTableRow),
  rounds: Type.Array(PlanRound),
  progress: PlanProgress,
  waitingFor: Type.Union([Type.String(), Type.Null()], { description: 'What the plan cannot go on without' }),
  lowestReachableMs: Type.Union([Type.Number(), Type.Null()], { description: 'Of an infeasible plan' }),
  message: Type.Union([Type.String(), Type.Null()], { description: 'How the plan ended, in a sentence' }),
  failure: Type.Union([Type.Object({ code: Type.String(), message: Type.String() }), Type.Null()]),
  candidateId: Type.Union([Id, Type.Null()]),
  artifact: Type.Union([Sha256, Type.Null()]),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  finishedAt: Type.Union([Timestamp, Type.Null()]),
});
export type Plan = Static<typeof Plan>;

/** Something that happened to a plan. Stored; `seq` is the SSE event id, so that a reader can go on where it stopped. */
export const PlanEvent = Type.Object({
  seq: Type.Integer(),
  at: Timestamp,
  type: Type.Union([
    Type.Literal('created'),
    Type.Literal('scored'),
    Type.Literal('measured'),
    Type.Literal('solved'),
    Type.Literal('round'),
    Type.Literal('waiting'),
    Type.Literal('finished'),
  ]),
  message: Type.String({ description: 'In a sentence' }),
});
export type PlanEvent = Static<typeof PlanEvent>;

/** The report of a plan, as the command line prints it with `--json`. */
export const PlanReport = Type.Object({
  plan: Type.Object({
    id: Id,
    status: PlanStatus,
    criterion: Criterion,
    granularity: Granularity,
    budgets: Type.Array(PlanBudget),
    removed: Type.Array(Type.Integer()),
    predicted: Type.Union([PredictedLatency, Type.Null()]),
    measured: Type.Union([MeasuredLatency, Type.Null()]),
    base: Type.Union([MeasuredLatency, Type.Null()]),
    lowestReachableMs: Type.Union([Type.Number(), Type.Null()]),
    message: Type.Union([Type.String(), Type.Null()]),
  }),
  latencyTable: Type.Array(LatencyTableRow),
  files: Type.Object({
    base: Type.Union([Type.String(), Type.Null()]),
    pruned: Type.Union([Type.String(), Type.Null()]),
    report: Type.Union([Type.String(), Type.Null()]),
  }),
  wallSeconds: Type.Number(),
});
export type PlanReport = Static<typeof PlanReport>;
