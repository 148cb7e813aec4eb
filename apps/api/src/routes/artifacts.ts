import { createReadStream, type ReadStream } from 'node:fs';
import { Problem, Sha256 } from '@espalier/contracts';
import type { Artifact } from '@espalier/store';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Dependencies } from '../dependencies.js';

const Bytes = Type.Unsafe<ReadStream>({ type: 'string', format: 'binary' });
const NotModified = Type.Null({ description: 'The reader has it already' });
const ArtifactParams = Type.Object({ sha256: Sha256 });
const ArtifactQuery = Type.Object({
  name: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'What to call the file that is saved' }),
  ),
});
/** The address names the content, so it never changes. */
const FOREVER = 'public, max-age=31536000, immutable';

const names = (header: string | undefined, etag: string): boolean =>
  header !== undefined && header.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));

/** How a browser names the file that it saves: by the hash, or as asked for, in any script (RFC 8187). */
function attachment({ sha256, kind }: Artifact, name: string | undefined): string {
  const ending = kind === 'inputs' || kind === 'dataset' ? 'npz' : 'onnx';
  const byHash = `attachment; filename="${sha256}.${ending}"`;
  if (name === undefined) return byHash;
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`);
  return `${byHash}; filename*=UTF-8''${encoded}.${ending}`;
}

/** Artifacts: the bytes of models, candidates, input data and data sets. */
export const artifactRoutes: FastifyPluginAsyncTypebox<Dependencies> = async (app, { store }) => {
  app.get(
    '/artifacts/:sha256',
    {
      schema: {
        tags: ['artifacts'],
        summary: 'The bytes of a model, a candidate, input data or calibration data',
        produces: ['application/octet-stream'],
        params: ArtifactParams,
        querystring: ArtifactQuery,
        response: { 200: Bytes, 304: NotModified, 404: Problem },
      },
    },
    async ({ params: { sha256 }, query: { name }, headers }, reply) => {
      const artifact = await store.artifacts.get(sha256);
      const { path, sizeBytes } = artifact;
      const etag = `"${sha256}"`;
      void reply.header('etag', etag).header('cache-control', FOREVER);
      if (names(headers['if-none-match'], etag)) return await reply.code(304).send(null);
      void reply
        .type('application/octet-stream')
        .header('content-length', sizeBytes)
        .header('content-disposition', attachment(artifact, name));
      return await reply.send(createReadStream(path));
    },
  );
};
