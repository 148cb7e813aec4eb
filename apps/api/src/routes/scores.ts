import { putScores, scoresOf } from '@espalier/catalog';
import { Criterion, NamedScoreQuery, Problem, PutScores, ScoreList, ScoreQuery, Sha256 } from '@espalier/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Dependencies } from '../dependencies.js';

const ModelParams = Type.Object({ modelId: Sha256 });
const ScoreParams = Type.Object({ modelId: Sha256, criterion: Criterion });
const tags = ['scores'];
/** A score for every block of ten thousand. */
const SCORES_BYTES = 16 * 2 ** 20;

const description =
  'By weights (`l1`, `l2`, `l1-normalised`, `l2-normalised`, `bn-scale`, `random`): computed at once, and kept. `ensemble`: from ' +
  'what is known of l2, bn-scale, gate-taylor, weight-taylor and feature-taylor. By any other name: what an agent computed on ' +
  'calibration data (a measurement of kind `score`), or what was posted; 404 `scores-unknown` says how to have them.';

/** The importance of blocks: computed, asked for, posted. */
export const scoreRoutes: FastifyPluginAsyncTypebox<Dependencies> = async (app, { store }) => {
  app.get(
    '/models/:modelId/scores',
    {
      schema: {
        tags,
        summary: 'The importance of its blocks by a criterion',
        description,
        params: ModelParams,
        querystring: NamedScoreQuery,
        response: { 200: ScoreList, 404: Problem, 422: Problem },
      },
    },
    async ({ params: { modelId }, query }) => await scoresOf(store, modelId, query),
  );

  app.get(
    '/models/:modelId/scores/:criterion',
    {
      schema: {
        tags,
        summary: 'The importance of its blocks by a criterion, named in the address',
        description,
        params: ScoreParams,
        querystring: ScoreQuery,
        response: { 200: ScoreList, 404: Problem, 422: Problem },
      },
    },
    async ({ params: { modelId, criterion }, query }) => await scoresOf(store, modelId, { ...query, criterion }),
  );

  app.put(
    '/models/:modelId/scores/:criterion',
    {
      bodyLimit: SCORES_BYTES,
      schema: {
        tags,
        summary: 'Post the scores that a training job computed; they take the place of those of that name',
        description:
          'Every block that can go needs one; higher is more important. Plans take the name as their criterion. The names of ' +
          'what is computed from the weights, `ensemble` and `sensitivity` are taken.',
        params: ScoreParams,
        body: PutScores,
        response: { 200: ScoreList, 404: Problem, 409: Problem, 422: Problem },
      },
    },
    async ({ params: { modelId, criterion }, body }) => await putScores(store, modelId, criterion, body),
  );
};
