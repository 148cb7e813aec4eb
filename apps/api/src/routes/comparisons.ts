import { Readable } from 'node:stream';
import { Comparison, ComparisonPage, CreateComparison, Id, PageQuery, Problem } from '@espalier/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { createComparison, withRecipes } from '../comparison-requests.js';
import type { Dependencies } from '../dependencies.js';
import { livePage, liveView } from '../live-plans.js';

const EventStream = Type.Unsafe<Readable>({ type: 'string' });
const ComparisonParams = Type.Object({ comparisonId: Id });
const EventHeaders = Type.Object({ 'last-event-id': Type.Optional(Type.String({ pattern: '^\\d{1,9}$' })) });
const tags = ['comparisons'];

/** Comparisons: prune whole layers, or filters? Asked for and followed like plans. */
export const comparisonRoutes: FastifyPluginAsyncTypebox<Dependencies> = async (app, { store, planStreams }) => {
  app.post(
    '/comparisons',
    {
      schema: {
        tags,
        summary: 'Ask for the best layer-pruned and the best filter-pruned candidate at the same measured latency',
        body: CreateComparison,
        response: { 201: Comparison, 422: Problem },
      },
    },
    async ({ body }, reply) => {
      const comparison = await createComparison(store, body);
      return await reply.code(201).header('location', `/v1/comparisons/${comparison.id}`).send(comparison);
    },
  );

  app.get(
    '/comparisons',
    {
      schema: {
        tags,
        summary: 'Comparisons, newest first, without recipes',
        querystring: PageQuery,
        response: { 200: ComparisonPage },
      },
    },
    async ({ query }) => await livePage(store, await store.comparisons.list(query)),
  );

  app.get(
    '/comparisons/:comparisonId',
    {
      schema: {
        tags,
        summary: 'One comparison, as it is now, with the recipe of every point',
        params: ComparisonParams,
        response: { 200: Comparison, 404: Problem },
      },
    },
    async ({ params }) =>
      await withRecipes(store, await liveView(store, await store.comparisons.get(params.comparisonId))),
  );

  app.post(
    '/comparisons/:comparisonId/cancel',
    {
      schema: {
        tags,
        summary: 'End a comparison, and cancel what only it waits for; one that is over stays as it is',
        params: ComparisonParams,
        response: { 200: Comparison, 404: Problem },
      },
    },
    async ({ params }) => await liveView(store, await store.comparisons.requestCancel(params.comparisonId)),
  );

  app.get(
    '/comparisons/:comparisonId/events',
    {
      schema: {
        tags,
        summary:
          'Follow a comparison: `event` with each PlanEvent, `comparison` with it whenever it changed, until it is over',
        description: 'Server-sent events. A reader that comes back with Last-Event-ID goes on after that event.',
        produces: ['text/event-stream'],
        params: ComparisonParams,
        headers: EventHeaders,
        response: { 200: EventStream, 404: Problem },
      },
    },
    async ({ params: { comparisonId }, headers }, reply) => {
      await store.comparisons.get(comparisonId);
      const after = Number(headers['last-event-id'] ?? 0);
      const stream = Readable.from(planStreams.follow('comparison', comparisonId, after));
      void reply
        .type('text/event-stream')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .header('connection', 'close'); // a stream that ended must not hold up the end of the API
      return await reply.send(stream);
    },
  );
};
