import { chosenFilters, filterGroupsOf, filterScoresOf, putFilterScores } from '@espalier/catalog';
import {
  ChooseFilters,
  ChosenFilters,
  Criterion,
  FilterGroupList,
  FilterScoreList,
  FilterScoreQuery,
  Problem,
  PutFilterScores,
  Sha256,
} from '@espalier/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Dependencies } from '../dependencies.js';

const ModelParams = Type.Object({ modelId: Sha256 });
const ScoreParams = Type.Object({ modelId: Sha256, criterion: Criterion });
const tags = ['filters'];
/** A score for every filter of a large network. */
const SCORES_BYTES = 64 * 2 ** 20;

/** Filters: groups of channels that go together, how much they matter, and recipes that keep the best. */
export const filterRoutes: FastifyPluginAsyncTypebox<Dependencies> = async (app, { store }) => {
  app.get(
    '/models/:modelId/filter-groups',
    {
      schema: {
        tags,
        summary: 'Its filter groups, in the order of execution',
        params: ModelParams,
        response: { 200: FilterGroupList, 404: Problem },
      },
    },
    async ({ params: { modelId } }) => ({ modelId, groups: [...(await filterGroupsOf(store, modelId))] }),
  );

  app.get(
    '/models/:modelId/filter-scores',
    {
      schema: {
        tags,
        summary: 'The importance of its filters by a criterion',
        description:
          'By weights (`l1`, `l2`, `bn-scale`, `fpgm`, `clr-rnf`, `dafp`, `cluster`, `random`): computed at once. By any other ' +
          'name: as they were posted; filters that were posted as those that stay have 1, the others of their group 0.',
        params: ModelParams,
        querystring: FilterScoreQuery,
        response: { 200: FilterScoreList, 404: Problem, 422: Problem },
      },
    },
    async ({ params: { modelId }, query: { criterion } }) => await filterScoresOf(store, modelId, criterion),
  );

  app.put(
    '/models/:modelId/filter-scores/:criterion',
    {
      bodyLimit: SCORES_BYTES,
      schema: {
        tags,
        summary: 'Post what a training job learned of filters; it takes the place of what was there by that name',
        description:
          'By the name of the filter group: `scores`, one a filter, higher is more important; or `keep`, the filters that stay. ' +
          'Groups that are not named stay whole. Recipes take the name as their criterion.',
        params: ScoreParams,
        body: PutFilterScores,
        response: { 200: FilterScoreList, 404: Problem, 409: Problem, 422: Problem },
      },
    },
    async ({ params: { modelId, criterion }, body }) => await putFilterScores(store, modelId, criterion, body),
  );

  app.post(
    '/models/:modelId/filter-recipes',
    {
      schema: {
        tags,
        summary: 'Choose the filters that stay: the answer holds a recipe for POST /v1/candidates',
        description:
          'By `sensitivity` (a measurement of kind `score` finds it), every group loses what it can, in the order of the ' +
          'criterion that it was found with. Filters that were posted as those that stay do, whatever rates and limits say.',
        params: ModelParams,
        body: ChooseFilters,
        response: { 200: ChosenFilters, 404: Problem, 422: Problem },
      },
    },
    async ({ params: { modelId }, body }) => await chosenFilters(store, modelId, body),
  );
};
