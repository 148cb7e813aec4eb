import { addDataset } from '@espalier/catalog';
import { Dataset, Problem, Sha256 } from '@espalier/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Dependencies } from '../dependencies.js';
import { uploadOf } from '../plugins/uploads.js';

const DatasetParams = Type.Object({ sha256: Sha256 });
const tags = ['scores'];

/** Calibration data: what the criteria that run the model are computed on. */
export const datasetRoutes: FastifyPluginAsyncTypebox<Dependencies> = async (app, { store, maxUploadBytes }) => {
  app.post(
    '/datasets',
    {
      schema: {
        tags,
        summary: 'Upload calibration data; the same bytes again are the same data set',
        description:
          'An .npz with an array for every input, samples first, and `labels` (the class of every sample) where a criterion ' +
          'needs a loss; of a model that does not classify, `targets` of the shape of its output, or none: then its own ' +
          'outputs are what others are compared with. Name the answer’s `sha256` as `spec.scoring.dataset`. ' +
          'ESPALIER_MAX_UPLOAD_BYTES limits the file, and what it unpacks to. GET /v1/artifacts/{sha256} gives the bytes back.',
        consumes: ['application/octet-stream'],
        response: { 200: Dataset, 201: Dataset, 413: Problem, 415: Problem, 422: Problem, 507: Problem },
      },
    },
    async (request, reply) => {
      const staged = await store.artifacts.receive(uploadOf(request), { maxBytes: maxUploadBytes });
      const { created, dataset } = await addDataset(store, staged, { maxUnpackedBytes: maxUploadBytes });
      return await reply.code(created ? 201 : 200).send(dataset);
    },
  );

  app.get(
    '/datasets/:sha256',
    {
      schema: {
        tags,
        summary: 'What is in some calibration data',
        params: DatasetParams,
        response: { 200: Dataset, 404: Problem },
      },
    },
    async ({ params }) => await store.datasets.get(params.sha256),
  );
};
