import { createReadStream, type ReadStream } from 'node:fs';
import { Problem, Sha256 } from '@espalier/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Dependencies } from '../dependencies.js';

const Bytes = Type.Unsafe<ReadStream>({ type: 'string', format: 'binary' });
const NotModified = Type.Null({ description: 'The reader has it already' });
const ArtifactParams = Type.Object({ sha256: Sha256 });
/** The address names the content, so it never changes. */
const FOREVER = 'public, max-age=31536000, immutable';

const names = (header: string | undefined, etag: string): boolean =>
  header !== undefined && header.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));

/** Artifacts: the bytes of models and candidates. */
export const artifactRoutes: FastifyPluginAsyncTypebox<Dependencies> = async (app, { store }) => {
  app.get(
    '/artifacts/:sha256',
    {
      schema: {
        tags: ['artifacts'],
        summary: 'The bytes of a model or candidate',
        produces: ['application/octet-stream'],
        params: ArtifactParams,
        response: { 200: Bytes, 304: NotModified, 404: Problem },
      },
    },
    async ({ params: { sha256 }, headers }, reply) => {
      const { path, sizeBytes } = await store.artifacts.get(sha256);
      const etag = `"${sha256}"`;
      void reply.header('etag', etag).header('cache-control', FOREVER);
      if (names(headers['if-none-match'], etag)) return await reply.code(304).send(null);
      void reply
        .type('application/octet-stream')
        .header('content-length', sizeBytes)
        .header('content-disposition', `attachment; filename="${sha256}.onnx"`);
      return await reply.send(createReadStream(path));
    },
  );
};
