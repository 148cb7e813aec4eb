import {
  Agent,
  AgentHealth,
  AgentPage,
  CanaryHistory,
  CanaryQuery,
  EnrolAgent,
  Enrolled,
  Heartbeat,
  HeartbeatAnswer,
  Id,
  PageQuery,
  PostCanary,
  Problem,
} from '@espalier/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Dependencies } from '../dependencies.js';

const AgentParams = Type.Object({ agentId: Id });
const tags = ['agents'];

/** Agents: the daemons on the devices. */
export const agentRoutes: FastifyPluginAsyncTypebox<Dependencies> = async (
  app,
  { store: { agents }, heartbeatSeconds, leaseSeconds, queuePrefix, canaryLimits },
) => {
  app.post(
    '/agents',
    {
      schema: {
        tags: ['for agents'],
        summary: 'Enrol; the same id again is the same agent',
        body: EnrolAgent,
        response: { 200: Enrolled },
      },
    },
    async ({ body }) => ({ agent: await agents.enrol(body), heartbeatSeconds, queuePrefix }),
  );

  app.get(
    '/agents',
    { schema: { tags, summary: 'Agents, newest first', querystring: PageQuery, response: { 200: AgentPage } } },
    async ({ query }) => await agents.list(query),
  );

  app.get(
    '/agents/:agentId',
    { schema: { tags, summary: 'One agent', params: AgentParams, response: { 200: Agent, 404: Problem } } },
    async ({ params }) => await agents.get(params.agentId),
  );

  app.post(
    '/agents/:agentId/heartbeat',
    {
      schema: {
        tags: ['for agents'],
        summary: 'I am alive, and this is what I do; extends the lease of what runs, and says how the device does',
        params: AgentParams,
        body: Heartbeat,
        response: { 200: HeartbeatAnswer, 404: Problem },
      },
    },
    async ({ params, body }) => await agents.heartbeat(params.agentId, body, leaseSeconds),
  );

  app.post(
    '/agents/:agentId/canary',
    {
      schema: {
        tags: ['for agents'],
        summary: 'The canary was measured, and this is what came of it; the same readings again change nothing',
        description:
          'A canary further from its baseline (the median of the first five readings that passed since the device was ' +
          'new or cleared) than ESPALIER_CANARY_SUSPECT, slower or faster, makes the device suspect on that target. ' +
          'Slower by more than ESPALIER_CANARY_FAILED, or not measurable, twice in a row, makes it fail: it gets no ' +
          'measurement of that target until one reading passes or a person clears it.',
        params: AgentParams,
        body: PostCanary,
        response: { 200: AgentHealth, 404: Problem },
      },
    },
    async ({ params, body }) => await agents.addCanary(params.agentId, body.readings, canaryLimits),
  );

  app.get(
    '/agents/:agentId/canary',
    {
      schema: {
        tags,
        summary: 'Its newest canary readings on a target, oldest first',
        params: AgentParams,
        querystring: CanaryQuery,
        response: { 200: CanaryHistory, 404: Problem },
      },
    },
    async ({ params, query: { target, limit } }) => ({ readings: await agents.canary(params.agentId, target, limit) }),
  );

  app.post(
    '/agents/:agentId/clear',
    {
      schema: {
        tags,
        summary: 'A person says that the device is all right: its canary gets a new baseline with the next readings',
        params: AgentParams,
        response: { 200: Agent, 404: Problem },
      },
    },
    async ({ params }) => await agents.clear(params.agentId),
  );
};
