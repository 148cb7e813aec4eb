import { Type, type Static } from 'typebox';
import { Criterion, Recipe, Reduction } from './model.js';
import { Budget, MeasuredLatency, PlanBudget, PlanProgress } from './plan.js';
import { Granularity, Id, Sha256, Timestamp } from './primitives.js';
import { PartialMeasurementSpec } from './spec.js';

/** Prune whole layers, or filters? Asks for the best of both at the same measured latency. */
export const CreateComparison = Type.Object(
  {
    modelId: Sha256,
    budget: Budget,
    criterion: Type.Unsafe<Criterion>({ ...Criterion, default: 'l2', description: 'Of the blocks' }),
    filterCriterion: Type.Unsafe<Criterion>({ ...Criterion, default: 'l2', description: 'Of the filters' }),
    reduction: Type.Unsafe<Reduction>({ ...Reduction, default: 'all' }),
    granularity: Type.Unsafe<Granularity>({ ...Granularity, default: 'block' }),
    scope: Type.Union([Type.Literal('uniform'), Type.Literal('global')], { default: 'uniform' }),
    multipleOf: Type.Integer({ minimum: 1, maximum: 1024, default: 1 }),
    points: Type.Integer({
      minimum: 2,
      maximum: 100,
      default: 6,
      description: 'Points of each curve, from whole to the floor',
    }),
    spec: Type.Optional(PartialMeasurementSpec),
    fresh: Type.Boolean({ default: false }),
  },
  { additionalProperties: false },
);
export type CreateComparison = Static<typeof CreateComparison>;

/** The two ways to prune. */
export const PruningMethod = Type.Union([Type.Literal('layers'), Type.Literal('filters')]);
export type PruningMethod = Static<typeof PruningMethod>;

/** A candidate of a comparison, and what was measured of it. */
export const ComparisonPoint = Type.Object({
  method: PruningMethod,
  recipe: Type.Optional(
    Type.Unsafe<Recipe>({
      ...Recipe,
      description: 'Names every filter that stays: only in the answer for one comparison, not in lists and streams',
    }),
  ),
  removed: Type.Integer({ description: 'Blocks or filters that went' }),
  prunedShare: Type.Number({ description: 'Of the parameters, 0 to 1' }),
  parameters: Type.Integer(),
  macs: Type.Number(),
  keptImportance: Type.Number({ description: 'By the criterion of its method, 1 for the whole model' }),
  candidateId: Id,
  artifact: Sha256,
  measured: Type.Union([MeasuredLatency, Type.Null()]),
});
export type ComparisonPoint = Static<typeof ComparisonPoint>;

/** Where a comparison stands; the last three are final. */
export const ComparisonStatus = Type.Union([
  Type.Literal('measuring'),
  Type.Literal('finished'),
  Type.Literal('failed'),
  Type.Literal('cancelled'),
]);
export type ComparisonStatus = Static<typeof ComparisonStatus>;

/** What one method can do: the least latency that it reaches at all, and its best candidate within the budget. */
export const MethodOutcome = Type.Object({
  floor: Type.Union([MeasuredLatency, Type.Null()]),
  best: Type.Union([ComparisonPoint, Type.Null()], { description: 'null: the budget is below its floor' }),
});
export type MethodOutcome = Static<typeof MethodOutcome>;

/** A comparison as the API shows it. */
export const Comparison = Type.Object({
  id: Id,
  modelId: Sha256,
  status: ComparisonStatus,
  budget: PlanBudget,
  criterion: Criterion,
  filterCriterion: Criterion,
  base: Type.Union([MeasuredLatency, Type.Null()]),
  points: Type.Array(ComparisonPoint, { description: 'By method, then by pruned share' }),
  layers: MethodOutcome,
  filters: MethodOutcome,
  progress: PlanProgress,
  waitingFor: Type.Union([Type.String(), Type.Null()]),
  message: Type.Union([Type.String(), Type.Null()], { description: 'The answer, in a sentence' }),
  failure: Type.Union([Type.Object({ code: Type.String(), message: Type.String() }), Type.Null()]),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  finishedAt: Type.Union([Timestamp, Type.Null()]),
});
export type Comparison = Static<typeof Comparison>;
