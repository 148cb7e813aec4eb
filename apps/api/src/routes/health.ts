import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Dependencies } from '../dependencies.js';
import { Problem } from '@espalier/contracts';
import { ApiError } from '../errors.js';

const Ok = Type.Object({ status: Type.Literal('ok') });
const ok = { status: 'ok' as const };
const tags = ['health'];

/** For whoever watches over the process. */
export const healthRoutes: FastifyPluginAsyncTypebox<Dependencies> = async (app, { store, queue }) => {
  app.get('/healthz', { schema: { tags, summary: 'The process answers', response: { 200: Ok } } }, async () => ok);

  app.get(
    '/readyz',
    { schema: { tags, summary: 'Postgres and Redis answer', response: { 200: Ok, 503: Problem } } },
    async () => {
      const [postgres, redis] = await Promise.allSettled([store.ping(), queue.ping()]);
      const away = [postgres.status === 'rejected' ? 'Postgres' : '', redis.status === 'rejected' ? 'Redis' : ''];
      const named = away.filter((name) => name !== '').join(' and ');
      if (named !== '') throw new ApiError('not-ready', `No answer from ${named}`);
      return ok;
    },
  );
};
