import { PageQuery, Problem, PutTarget, Target, TargetName, TargetPage } from '@espalier/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Dependencies } from '../dependencies.js';

const TargetParams = Type.Object({ name: TargetName });
const tags = ['targets'];

/** Targets: the classes of devices. */
export const targetRoutes: FastifyPluginAsyncTypebox<Dependencies> = async (app, { store: { targets } }) => {
  app.get(
    '/targets',
    {
      schema: {
        tags,
        summary: 'All targets by name, with what their fleet does now; they are few and come on one page',
        querystring: PageQuery,
        response: { 200: TargetPage },
      },
    },
    async () => ({ items: await targets.list(), nextCursor: null }),
  );

  app.get(
    '/targets/:name',
    {
      schema: {
        tags,
        summary: 'One target, with what its fleet does now',
        params: TargetParams,
        response: { 200: Target, 404: Problem },
      },
    },
    async ({ params }) => await targets.get(params.name),
  );

  app.put(
    '/targets/:name',
    {
      schema: {
        tags,
        summary: 'Add a target, or change it for measurements to come',
        params: TargetParams,
        body: PutTarget,
        response: { 200: Target, 201: Target },
      },
    },
    async ({ params, body }, reply) => {
      const { created, target } = await targets.put({ ...params, ...body });
      return await reply.code(created ? 201 : 200).send(target);
    },
  );
};
