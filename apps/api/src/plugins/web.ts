import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

/** Names with a hash of their content, as Vite makes them, may be kept for ever. */
const HASHED = /[/\\]assets[/\\]/;

/** Whether the request is a person's browser asking for a page of the dashboard. */
export const wantsPage = ({ method, url, headers }: FastifyRequest): boolean =>
  method === 'GET' && !/^\/(v1|docs)(\/|$)/.test(url) && (headers.accept ?? '').includes('text/html');

/** Any page of the dashboard: it finds its way by the address itself. */
export const sendPage = (reply: FastifyReply): FastifyReply => reply.sendFile('index.html');

/** Serves the dashboard's files. */
export const web = fastifyPlugin<{ webDir: string }>(
  async (app, { webDir }) => {
    await app.register(fastifyStatic, {
      root: webDir,
      wildcard: false,
      cacheControl: false,
      setHeaders: (reply, path) => {
        const forever = HASHED.test(path);
        reply.header('cache-control', forever ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  },
  { name: 'web' },
);
