import { candidateOf } from '@espalier/catalog';
import { Candidate, CandidatePage, CandidateQuery, CreateCandidate, Id, Problem } from '@espalier/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Dependencies } from '../dependencies.js';

const CandidateParams = Type.Object({ candidateId: Id });
const tags = ['candidates'];

/** Candidates: pruned models. */
export const candidateRoutes: FastifyPluginAsyncTypebox<Dependencies> = async (app, { store }) => {
  app.post(
    '/candidates',
    {
      schema: {
        tags,
        summary: 'Make the candidate of a recipe; the same recipe again is the same candidate',
        body: CreateCandidate,
        response: { 200: Candidate, 422: Problem, 507: Problem },
      },
    },
    async ({ body: { modelId, recipe } }) => await candidateOf(store, modelId, recipe),
  );

  app.get(
    '/candidates',
    {
      schema: {
        tags,
        summary: 'Candidates, newest first',
        querystring: CandidateQuery,
        response: { 200: CandidatePage },
      },
    },
    async ({ query }) => await store.candidates.list(query),
  );

  app.get(
    '/candidates/:candidateId',
    {
      schema: {
        tags,
        summary: 'One candidate; its file is the artifact of that name',
        params: CandidateParams,
        response: { 200: Candidate, 404: Problem },
      },
    },
    async ({ params }) => await store.candidates.get(params.candidateId),
  );
};
