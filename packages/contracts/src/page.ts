import { Type, type Static, type TSchema } from 'typebox';
import { Agent, Target } from './fleet.js';
import { Measurement, MeasurementStatus } from './measurement.js';
import { MeasurementKind } from './spec.js';
import { Candidate, Criterion, Model, Reduction } from './model.js';
import { Comparison } from './comparison.js';
import { Plan } from './plan.js';
import { Granularity, PageQuery, Sha256, TargetName, Timestamp } from './primitives.js';

/** A page of a list; `nextCursor` is null on the last one. */
const pageOf = <Item extends TSchema>(item: Item) =>
  Type.Object({ items: Type.Array(item), nextCursor: Type.Union([Type.String(), Type.Null()]) });

/** The answers of the lists, newest first; targets by name. */
export const ModelPage = pageOf(Model);
export type ModelPage = Static<typeof ModelPage>;
export const CandidatePage = pageOf(Candidate);
export type CandidatePage = Static<typeof CandidatePage>;
export const MeasurementPage = pageOf(Measurement);
export type MeasurementPage = Static<typeof MeasurementPage>;
export const PlanPage = pageOf(Plan);
export type PlanPage = Static<typeof PlanPage>;
export const ComparisonPage = pageOf(Comparison);
export type ComparisonPage = Static<typeof ComparisonPage>;
export const AgentPage = pageOf(Agent);
export type AgentPage = Static<typeof AgentPage>;
export const TargetPage = pageOf(Target);
export type TargetPage = Static<typeof TargetPage>;

/** Which candidates to list. */
export const CandidateQuery = Type.Object({ ...PageQuery.properties, modelId: Type.Optional(Sha256) });
export type CandidateQuery = Static<typeof CandidateQuery>;

/** Which measurements to list. */
export const MeasurementQuery = Type.Object({
  ...PageQuery.properties,
  modelId: Type.Optional(Sha256),
  subject: Type.Optional(Sha256),
  target: Type.Optional(TargetName),
  status: Type.Optional(MeasurementStatus),
  kind: Type.Optional(MeasurementKind),
  spec: Type.Optional(Type.String({ description: 'JSON of a spec; what is missing in it takes its default' })),
});
export type MeasurementQuery = Static<typeof MeasurementQuery>;

/** How much of a history to show. */
export const HistoryQuery = Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 1000, default: 200 }) });
export type HistoryQuery = Static<typeof HistoryQuery>;

/** Which identities to look over for changes. */
export const RegressionQuery = Type.Object({
  modelId: Type.Optional(Sha256),
  target: Type.Optional(TargetName),
  since: Type.Optional(Type.Unsafe<Timestamp>({ ...Timestamp, description: 'Only results that are newer' })),
});
export type RegressionQuery = Static<typeof RegressionQuery>;

/** Which canary readings to show. */
export const CanaryQuery = Type.Object({
  target: TargetName,
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 200 }),
});
export type CanaryQuery = Static<typeof CanaryQuery>;

/** Which blocks to show. */
export const BlockQuery = Type.Object({
  granularity: Type.Unsafe<Granularity>({ ...Granularity, default: 'block' }),
});
export type BlockQuery = Static<typeof BlockQuery>;

/** Which scores to show. */
export const ScoreQuery = Type.Object({
  ...BlockQuery.properties,
  reduction: Type.Unsafe<Reduction>({ ...Reduction, default: 'all' }),
});
export type ScoreQuery = Static<typeof ScoreQuery>;

/** Which scores to show, the criterion among the query. */
export const NamedScoreQuery = Type.Object({ ...ScoreQuery.properties, criterion: Criterion });
export type NamedScoreQuery = Static<typeof NamedScoreQuery>;

/** Which scores of filters to show. */
export const FilterScoreQuery = Type.Object({ criterion: Criterion });
export type FilterScoreQuery = Static<typeof FilterScoreQuery>;

/** Which plans to list. */
export const PlanQuery = Type.Object({ ...PageQuery.properties, modelId: Type.Optional(Sha256) });
export type PlanQuery = Static<typeof PlanQuery>;

/** Adds or changes a target of one's own. */
export const PutTarget = Type.Object(
  { description: Type.String({ default: '' }), architecture: Type.String(), provider: Type.String({ minLength: 1 }) },
  { additionalProperties: false },
);
export type PutTarget = Static<typeof PutTarget>;
