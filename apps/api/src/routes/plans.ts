import { Readable } from 'node:stream';
import { CreatePlan, Id, Plan, PlanPage, PlanQuery, Problem } from '@espalier/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Dependencies } from '../dependencies.js';
import { livePage, liveView } from '../live-plans.js';
import { createPlan } from '../plan-requests.js';

const EventStream = Type.Unsafe<Readable>({ type: 'string' });
const PlanParams = Type.Object({ planId: Id });
const EventHeaders = Type.Object({ 'last-event-id': Type.Optional(Type.String({ pattern: '^\\d{1,9}$' })) });
const tags = ['plans'];

/** Plans: ask for them, follow them. */
export const planRoutes: FastifyPluginAsyncTypebox<Dependencies> = async (app, { store, planStreams }) => {
  app.post(
    '/plans',
    {
      schema: {
        tags,
        summary: 'Ask for a plan',
        body: CreatePlan,
        response: { 201: Plan, 422: Problem },
      },
    },
    async ({ body }, reply) => {
      const plan = await createPlan(store, body);
      return await reply.code(201).header('location', `/v1/plans/${plan.id}`).send(plan);
    },
  );

  app.get(
    '/plans',
    { schema: { tags, summary: 'Plans, newest first', querystring: PlanQuery, response: { 200: PlanPage } } },
    async ({ query }) => await livePage(store, await store.plans.list(query)),
  );

  app.get(
    '/plans/:planId',
    { schema: { tags, summary: 'One plan, as it is now', params: PlanParams, response: { 200: Plan, 404: Problem } } },
    async ({ params }) => await liveView(store, await store.plans.get(params.planId)),
  );

  app.post(
    '/plans/:planId/cancel',
    {
      schema: {
        tags,
        summary: 'End a plan, and cancel what only it waits for; one that is over stays as it is',
        params: PlanParams,
        response: { 200: Plan, 404: Problem },
      },
    },
    async ({ params }) => await liveView(store, await store.plans.requestCancel(params.planId)),
  );

  app.get(
    '/plans/:planId/events',
    {
      schema: {
        tags,
        summary:
          'Follow a plan: `event` with each PlanEvent, `plan` with the plan whenever it changed, until it is over',
        description: 'Server-sent events. A reader that comes back with Last-Event-ID goes on after that event.',
        produces: ['text/event-stream'],
        params: PlanParams,
        headers: EventHeaders,
        response: { 200: EventStream, 404: Problem },
      },
    },
    async ({ params: { planId }, headers }, reply) => {
      await store.plans.get(planId);
      const stream = Readable.from(planStreams.follow('plan', planId, Number(headers['last-event-id'] ?? 0)));
      void reply
        .type('text/event-stream')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .header('connection', 'close'); // a stream that ended must not hold up the end of the API
      return await reply.send(stream);
    },
  );
};
