import {
  Agent,
  AgentPage,
  EnrolAgent,
  Enrolled,
  Heartbeat,
  HeartbeatAnswer,
  Id,
  PageQuery,
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
  { store: { agents }, heartbeatSeconds, leaseSeconds, queuePrefix },
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
        summary: 'I am alive, and this is what I do; extends the lease of what runs',
        params: AgentParams,
        body: Heartbeat,
        response: { 200: HeartbeatAnswer, 404: Problem },
      },
    },
    async ({ params, body }) => await agents.heartbeat(params.agentId, body, leaseSeconds),
  );
};
