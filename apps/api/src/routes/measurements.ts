import { historyOf, measurementOf, regressionsOf } from '@espalier/catalog';
import {
  Claim,
  Claimed,
  CreatedMeasurements,
  CreateMeasurements,
  DeliverOutcome,
  HistoryQuery,
  Id,
  Measurement,
  MeasurementHistory,
  MeasurementPage,
  MeasurementQuery,
  OutcomeDelivered,
  Problem,
  RegressionQuery,
  RegressionReport,
} from '@espalier/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Dependencies } from '../dependencies.js';
import { enqueueIfThere } from '../enqueue.js';
import { checkScorings, queuedJobsOf } from '../measurement-requests.js';
import { specOf } from '../query-json.js';
import { withoutSweeps } from '../sweep.js';

const MeasurementParams = Type.Object({ measurementId: Id });
const tags = ['measurements'];
/** A result carries every sample of two models. */
const RESULT_BYTES = 64 * 2 ** 20;

/** Measurements: ask for them and read them; and, for agents, take and deliver them. */
export const measurementRoutes: FastifyPluginAsyncTypebox<Dependencies> = async (
  app,
  { store, queue, leaseSeconds },
) => {
  const { measurements } = store;

  app.post(
    '/measurements',
    {
      schema: {
        tags,
        summary: 'Ask for measurements; an equal one is not made twice unless `fresh`',
        description:
          'A sweep stands for one measurement a combination: all thread counts of the first batch size, then of the ' +
          'next. The answer has every one of them, in order; a batch may come to 1,000. Kind `score` computes a criterion on ' +
          'calibration data: `spec.scoring` says which, and on what; its scores become those of the model by that name.',
        body: CreateMeasurements,
        response: { 200: CreatedMeasurements, 422: Problem },
      },
    },
    async ({ body, log }) => {
      const requests = withoutSweeps(body);
      await checkScorings(store, requests);
      const created = await measurements.createBatch(requests);
      await enqueueIfThere(queue, queuedJobsOf(created, requests), log);
      return { measurements: created };
    },
  );

  app.get(
    '/measurements',
    {
      schema: {
        tags,
        summary: 'Measurements, newest first, without samples, times and kernels',
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
        summary: 'One measurement with all its samples, kernels and blocks, or scores',
        params: MeasurementParams,
        response: { 200: Measurement, 404: Problem },
      },
    },
    async ({ params }) => await measurementOf(store, params.measurementId),
  );

  app.get(
    '/measurements/:measurementId/history',
    {
      schema: {
        tags,
        summary: 'The results of the same subject, control, target and spec over time, oldest first',
        description:
          'Each result is judged against those before it: `slower` or `faster` when the 95 % interval of the ratio, which ' +
          'holds what differs from one measurement to the next anyway, leaves out 1.',
        params: MeasurementParams,
        querystring: HistoryQuery,
        response: { 200: MeasurementHistory, 404: Problem, 422: Problem },
      },
    },
    async ({ params, query }) => await historyOf(store, params.measurementId, query.limit),
  );

  app.get(
    '/regressions',
    {
      schema: {
        tags,
        summary: 'What became really slower or faster: the latest results against the history of each, largest first',
        description:
          'Looks over every identity with at least two results. At most a thousand changes are listed; `judged` counts all.',
        querystring: RegressionQuery,
        response: { 200: RegressionReport },
      },
    },
    async ({ query: { since, ...filter } }) =>
      await regressionsOf(store, { ...filter, ...(since === undefined ? {} : { since: new Date(since) }) }),
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
        description:
          '`claim-refused`: it ended, or is another agent’s. `device-unhealthy`: the canary of this device failed on that ' +
          'target; the job stays in the queue for another one.',
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
