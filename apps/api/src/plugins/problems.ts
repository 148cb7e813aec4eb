import type { FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { ApiError } from '../errors.js';
import { problemOf } from '../problem.js';
import { sendPage, wantsPage } from './web.js';

/** A retry makes sense at once: most outages are restarts. */
const RETRY_AFTER_SECONDS = 1;

function sendProblem(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const addressNamesSomething = Object.keys(Object(request.params)).length > 0;
  const problem = problemOf(error, { requestId: request.id, addressNamesSomething });
  if (problem.status >= 500) request.log.error({ err: error, code: problem.code }, 'A request failed');
  else request.log.info({ code: problem.code, detail: problem.detail }, 'A request was refused');
  if (problem.status === 503) void reply.header('retry-after', RETRY_AFTER_SECONDS);
  return reply.code(problem.status).type('application/problem+json').send(problem);
}

/**
 * Answers every error, and every address that does not exist, with a problem (RFC 9457); but a browser that asks for a page
 * gets the dashboard, when there is one.
 */
export const problems = fastifyPlugin<{ readonly webDir: string | null }>(
  async (app, { webDir }) => {
    app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error));
    app.setNotFoundHandler((request, reply) => {
      if (webDir !== null && wantsPage(request)) return sendPage(reply);
      const error = new ApiError('route-unknown', `There is nothing at ${request.method} ${request.url}`, {
        hint: 'GET /openapi.json lists what there is',
      });
      return sendProblem(request, reply, error);
    });
  },
  { name: 'problems' },
);
