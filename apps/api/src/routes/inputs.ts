import { addInputData } from '@espalier/catalog';
import { InputData, Problem } from '@espalier/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Dependencies } from '../dependencies.js';
import { uploadOf } from '../plugins/uploads.js';

/** Input data: what a model is fed when random data would not do. */
export const inputRoutes: FastifyPluginAsyncTypebox<Dependencies> = async (app, { store, maxInputBytes }) => {
  app.post(
    '/inputs',
    {
      schema: {
        tags: ['measurements'],
        summary: 'Upload input data, an .npz with an array for every input; the same bytes again are the same data',
        description:
          'Name the answer’s `sha256` as `spec.inputData`. GET /v1/artifacts/{sha256} gives the bytes back. ' +
          'ESPALIER_MAX_INPUT_BYTES sets the limit.',
        consumes: ['application/octet-stream'],
        response: { 200: InputData, 413: Problem, 415: Problem, 422: Problem, 507: Problem },
      },
    },
    async (request) => {
      const staged = await store.artifacts.receive(uploadOf(request), { maxBytes: maxInputBytes });
      return await addInputData(staged);
    },
  );
};
