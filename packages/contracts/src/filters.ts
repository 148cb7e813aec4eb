import { Type, type Static } from 'typebox';
import { Criterion, KeptFilters, Recipe } from './model.js';
import { Sha256 } from './primitives.js';

/** The criteria for filters that need nothing but the weights. */
export const FilterCriterion = Type.Union([
  Type.Literal('l1'),
  Type.Literal('l2'),
  Type.Literal('bn-scale'),
  Type.Literal('fpgm'),
  Type.Literal('clr-rnf'),
  Type.Literal('dafp'),
  Type.Literal('cluster'),
  Type.Literal('random'),
]);
export type FilterCriterion = Static<typeof FilterCriterion>;

/** Filters that can only go together: those of one layer, and of every layer whose outputs are added to its own. */
export const FilterGroup = Type.Object({
  name: Type.String({ description: 'Of the first layer that makes these channels' }),
  filters: Type.Integer({ description: 'How many can go one by one' }),
  prunable: Type.Boolean(),
  reason: Type.Optional(Type.String({ description: 'Why it is not prunable' })),
  producers: Type.Array(Type.String(), { description: 'Nodes whose outputs shrink' }),
  consumers: Type.Array(Type.String(), { description: 'Nodes whose inputs shrink' }),
  parameters: Type.Integer({ description: 'Trained numbers that go when all of its filters go' }),
});
export type FilterGroup = Static<typeof FilterGroup>;

/** The filter groups of a model, in the order of execution. */
export const FilterGroupList = Type.Object({ modelId: Sha256, groups: Type.Array(FilterGroup) });
export type FilterGroupList = Static<typeof FilterGroupList>;

/** How many filters go, and which: the answer is a recipe. */
export const ChooseFilters = Type.Object(
  {
    criterion: Type.Unsafe<Criterion>({ ...Criterion, default: 'l2' }),
    scope: Type.Union([Type.Literal('uniform'), Type.Literal('global')], {
      default: 'uniform',
      description: '`uniform`: the same share of every group; `global`: the least important of the whole network',
    }),
    rate: Type.Number({ minimum: 0, maximum: 1, default: 0.5, description: 'Share of the filters that goes' }),
    rates: Type.Record(Type.String(), Type.Number({ minimum: 0, maximum: 1 }), {
      default: {},
      description: 'Rates of single groups, which go before `rate`; 0 keeps a group whole',
    }),
    multipleOf: Type.Integer({ minimum: 1, maximum: 1024, default: 1, description: 'Keep counts a multiple of this' }),
    minFilters: Type.Integer({ minimum: 1, maximum: 65_536, default: 1, description: 'That every group keeps' }),
    lambda: Type.Number({
      minimum: 0,
      maximum: 100,
      default: 1,
      description: 'Of clr-rnf: how much the cost of a layer counts in the ranking over layers',
    }),
    seed: Type.Integer({ minimum: 0, default: 1 }),
  },
  { additionalProperties: false },
);
export type ChooseFilters = Static<typeof ChooseFilters>;

/** The chosen filters as a recipe, and what is left of the model. */
export const ChosenFilters = Type.Object({
  modelId: Sha256,
  recipe: Recipe,
  filters: Type.Object({ before: Type.Integer(), after: Type.Integer() }),
});
export type ChosenFilters = Static<typeof ChosenFilters>;

/** Scores of filters, or the filters that stay, from a training job that learned them: one or the other per group. */
export const PutFilterScores = Type.Object(
  {
    scores: Type.Optional(
      Type.Record(Type.String(), Type.Array(Type.Number(), { minItems: 1, maxItems: 100_000 }), {
        description: 'One per filter of the group, higher is more important',
      }),
    ),
    keep: Type.Optional(KeptFilters),
  },
  { additionalProperties: false },
);
export type PutFilterScores = Static<typeof PutFilterScores>;

/** The scores of the filters of a model by a criterion; null for a group to which it does not apply. */
export const FilterScoreList = Type.Object({
  modelId: Sha256,
  criterion: Criterion,
  groups: Type.Array(
    Type.Object({ name: Type.String(), scores: Type.Union([Type.Array(Type.Number()), Type.Null()]) }),
  ),
});
export type FilterScoreList = Static<typeof FilterScoreList>;
