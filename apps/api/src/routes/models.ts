import { addCandidate, addModel, blocksOf } from '@espalier/catalog';
import { BlockList, BlockQuery, Candidate, Model, ModelPage, PageQuery, Problem, Sha256 } from '@espalier/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Dependencies } from '../dependencies.js';
import { uploadOf } from '../plugins/uploads.js';
import { inputShapesOf } from '../query-json.js';

const ModelParams = Type.Object({ modelId: Sha256 });
const UploadQuery = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000]*$', default: 'model' }),
  inputShapes: Type.Optional(
    Type.String({ description: 'JSON of whole shapes by input name, for dynamic inputs that cannot be guessed' }),
  ),
});
const tags = ['models'];

/** Models: upload, look at. */
export const modelRoutes: FastifyPluginAsyncTypebox<Dependencies> = async (app, { store, maxUploadBytes }) => {
  app.post(
    '/models',
    {
      schema: {
        tags,
        summary: 'Upload an ONNX model; the same bytes again are the same model',
        consumes: ['application/octet-stream'],
        querystring: UploadQuery,
        response: { 200: Model, 201: Model, 413: Problem, 422: Problem, 507: Problem },
      },
    },
    async (request, reply) => {
      const { name } = request.query;
      const inputShapes = inputShapesOf(request.query.inputShapes);
      const staged = await store.artifacts.receive(uploadOf(request), { maxBytes: maxUploadBytes });
      const { created, model } = await addModel(store, staged, { name, inputShapes });
      return await reply.code(created ? 201 : 200).send(model);
    },
  );

  app.get(
    '/models',
    { schema: { tags, summary: 'Models, newest first', querystring: PageQuery, response: { 200: ModelPage } } },
    async ({ query }) => await store.models.list(query),
  );

  app.get(
    '/models/:modelId',
    { schema: { tags, summary: 'One model', params: ModelParams, response: { 200: Model, 404: Problem } } },
    async ({ params }) => await store.models.get(params.modelId),
  );

  app.get(
    '/models/:modelId/blocks',
    {
      schema: {
        tags,
        summary: 'Its blocks, in the order of the data’s flow',
        params: ModelParams,
        querystring: BlockQuery,
        response: { 200: BlockList, 404: Problem },
      },
    },
    async ({ params: { modelId }, query: { granularity } }) => ({
      modelId,
      granularity,
      blocks: [...(await blocksOf(store, modelId, granularity))],
    }),
  );

  app.post(
    '/models/:modelId/candidates',
    {
      schema: {
        tags: ['candidates'],
        summary: 'Upload a pruned model as it is',
        consumes: ['application/octet-stream'],
        params: ModelParams,
        response: { 200: Candidate, 201: Candidate, 404: Problem, 413: Problem, 422: Problem, 507: Problem },
      },
    },
    async (request, reply) => {
      const { modelId } = request.params;
      await store.models.get(modelId);
      const staged = await store.artifacts.receive(uploadOf(request), { maxBytes: maxUploadBytes });
      const { created, candidate } = await addCandidate(store, staged, { modelId });
      return await reply.code(created ? 201 : 200).send(candidate);
    },
  );
};
