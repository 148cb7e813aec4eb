import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { ApiError } from '../errors.js';

/** After a refusal the rest of the body is read and dropped for so long, so that the sender gets to hear the answer. */
const DRAIN_MS = 10_000;

/** Lets `application/octet-stream` bodies through as they arrive. */
export const uploads = fastifyPlugin(
  async (app) => {
    app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
    app.addHook('onResponse', async ({ raw }) => {
      if (raw.readableEnded || raw.destroyed) return;
      raw.resume();
      setTimeout(() => raw.destroy(), DRAIN_MS).unref();
    });
    app.addHook('onError', async (request, reply) => {
      if (request.body instanceof Readable && !request.raw.readableEnded) void reply.header('connection', 'close');
    });
  },
  { name: 'uploads' },
);

/**
 * The bytes of an upload; leaving it early does not break the connection.
 * @throws ApiError `media-type-unsupported` when there are none
 */
export function uploadOf({ body }: FastifyRequest): AsyncIterable<Uint8Array> {
  if (!(body instanceof Readable)) {
    throw new ApiError('media-type-unsupported', 'The body must be the file itself', {
      hint: 'Send it with content-type: application/octet-stream',
    });
  }
  return { [Symbol.asyncIterator]: () => body.iterator({ destroyOnReturn: false }) };
}
