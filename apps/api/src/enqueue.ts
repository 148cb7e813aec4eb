import { type MeasurementQueue, QueueError } from '@espalier/queue';
import type { QueuedJob } from '@espalier/store';
import type { FastifyBaseLogger } from 'fastify';

/** Puts jobs into the queue if it is there; the measurements are in Postgres, so the reconciler does it otherwise. */
export async function enqueueIfThere(
  queue: MeasurementQueue,
  jobs: readonly QueuedJob[],
  log: FastifyBaseLogger,
): Promise<void> {
  if (jobs.length === 0) return;
  try {
    await queue.enqueue(jobs);
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    log.warn({ err: error, jobs: jobs.length }, 'Jobs were not queued; the reconciler will do it');
  }
}
