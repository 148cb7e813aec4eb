import {
  Claim,
  Claimed,
  CreatedMeasurements,
  CreateMeasurements,
  DeliverOutcome,
  Id,
  Measurement,
  MeasurementPage,
  MeasurementQuery,
  OutcomeDelivered,
  Problem,
} from '@espalier/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Dependencies } from '../dependencies.js';
import { enqueueIfThere } from '../enqueue.js';
import { queuedJobsOf } from '../measurement-requests.js';
import { specOf } from '../query-json.js';

const MeasurementParams = Type.Object({ measurementId: Id });
const tags = ['measurements'];
/** A result carries every sample of two models. */
const RESULT_BYTES = 64 * 2 ** 20;

/** Measurements: ask for them and read them; and, for agents, take and deliver them. */
export const measurementRoutes: FastifyPluginAsyncTypebox<Dependencies> = async (
  app,
  { store: { measurements }, queue, leaseSeconds },
) => {
  app.post(
    '/measurements',
    {
      schema: {
        tags,
        summary: 'Ask for measurements; an equal one is not made twice unless `fresh`',
        body: CreateMeasurements,
        response: { 200: CreatedMeasurements, 422: Problem },
      },
    },
    async ({ body, log }) => {
      const created = await measurements.createBatch(body.measurements);
      await enqueueIfThere(queue, queuedJobsOf(created, body.measurements), log);
      return { measurements: created };
    },
  );

  app.get(
    '/measurements',
    {
      schema: {
        tags,
        summary: 'Measurements, newest first, without their samples',
        querystring: MeasurementQuery,
        response: { 200: MeasurementPage },
      },
    },
    async ({ query: { spec, ...filter } }) =>
      await measurements.list({ ...filter, ...(spec === undefined ? {} : { spec: specOf(spec) }) }),
  );

  app.get(
    '/measurements/:measurementId',
    {
      schema: {
        tags,
        summary: 'One measurement with all its samples',
        params: MeasurementParams,
        response: { 200: Measurement, 404: Problem },
      },
    },
    async ({ params }) => await measurements.get(params.measurementId),
  );

  app.post(
    '/measurements/:measurementId/cancel',
    {
      schema: {
        tags,
        summary: 'Cancel a measurement that no plan waits for; one that ended stays as it is',
        params: MeasurementParams,
        response: { 200: Measurement, 404: Problem, 409: Problem },
      },
    },
    async ({ params }) => await measurements.cancel(params.measurementId),
  );

  app.post(
    '/measurements/:measurementId/claim',
    {
      schema: {
        tags: ['for agents'],
        summary: 'Is this job mine to do? 409: no, drop it. Asking twice is as once',
        params: MeasurementParams,
        body: Claim,
        response: { 200: Claimed, 404: Problem, 409: Problem },
      },
    },
    async ({ params, body }) => await measurements.claim({ ...params, ...body, leaseSeconds }),
  );

  app.post(
    '/measurements/:measurementId/result',
    {
      bodyLimit: RESULT_BYTES,
      schema: {
        tags: ['for agents'],
        summary: 'How an attempt ended; stored once, delivering it again changes nothing',
        params: MeasurementParams,
        body: DeliverOutcome,
        response: { 200: OutcomeDelivered, 404: Problem },
      },
    },
    async ({ params, body, log }) => {
      const { accepted, requeued } = await measurements.deliver({ ...params, ...body });
      await enqueueIfThere(queue, requeued === null ? [] : [requeued], log);
      return { accepted };
    },
  );
};
