import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MeasurementJob } from '@espalier/contracts';
import { type Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { reachingRedis } from './connection.js';
import { JobDeclined } from './errors.js';
import { parseJob, queueName } from './job.js';
import type { QueueLog } from './log.js';

/** What a handler gets besides the job. */
export interface JobContext {
  /** Aborted when the consumer is closed at once. */
  readonly signal: AbortSignal;
  readonly target: string;
}

/**
 * Does a job. When it throws a `JobDeclined`, the job goes back to its place in the queue; with anything else it leaves the
 * queue, and a measurement that still waits is queued again by the reconciler.
 */
export type JobHandler = (job: MeasurementJob, context: JobContext) => Promise<void>;

/** Takes jobs until it is closed. */
export interface Consumer {
  /** Takes no more jobs and waits for the one in hand; `abort` tells its handler to stop. */
  close(options?: { abort?: boolean }): Promise<void>;
}

/**
 * A lock that runs out makes another agent take the job, ask for it and be refused, because Postgres decides who owns it: so
 * a late renewal (the probe takes all cores) is harmless, and a short lock only makes a job that died unclaimed come back.
 */
const LOCK_MS = 60_000;
const STALLED_CHECK_MS = 30_000;
/** With one queue we wait in Redis, this long at a time, because closing waits for the end of it. */
const BLOCK_SECONDS = 1;
/** Several queues cannot be waited for at once; this often each is asked. */
const POLL_MS = 200;
const AFTER_ERROR_MS = 1_000;
/** Closing does not wait for a Redis that is away: what it holds comes back when its lock ran out. */
const CLOSE_MS = 3_000;
const READY_MS = 10_000;

interface Taken {
  readonly job: Job<unknown>;
  readonly token: string;
  readonly target: string;
}

interface TargetWorker {
  readonly target: string;
  readonly worker: Worker<unknown>;
}

/**
 * BullMQ never recovers a connection that breaks while it is being set up, so whoever opens workers waits until they are ready.
 * @throws QueueError `redis-unavailable`
 */
async function openWorkers(
  redis: Redis,
  prefix: string,
  targets: readonly string[],
  log: QueueLog,
): Promise<readonly TargetWorker[]> {
  const workers = targets.map((target): TargetWorker => {
    const worker = new Worker<unknown>(queueName(target), null, {
      connection: redis,
      prefix,
      autorun: false,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      drainDelay: BLOCK_SECONDS,
    });
    worker.on('error', (error) => log.debug({ err: error, target }, 'Queue connection'));
    return { target, worker };
  });
  const deadline = AbortSignal.timeout(READY_MS);
  try {
    await reachingRedis(redis, async () => {
      await Promise.race([
        Promise.all(workers.map(async ({ worker }) => await worker.waitUntilReady())),
        once(deadline, 'abort').then(() => deadline.throwIfAborted()),
      ]);
    });
    return workers;
  } catch (error) {
    await closeWorkers(redis, workers);
    throw error;
  }
}

async function closeWorkers(redis: Redis, workers: readonly TargetWorker[]): Promise<void> {
  await Promise.all(workers.map(async ({ worker }) => await worker.close(true)));
  redis.disconnect();
}

/** Renews the lock while the work goes on. */
async function holdingLock(taken: Taken, log: QueueLog, work: () => Promise<void>): Promise<void> {
  const timer = setInterval(() => {
    taken.job.extendLock(taken.token, LOCK_MS).catch((error: unknown) => {
      log.debug({ err: error, jobId: taken.job.id }, 'Lock not renewed');
    });
  }, LOCK_MS / 3);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}

/** Hands a job to its handler. @returns why it failed */
async function perform(
  taken: Taken,
  handle: JobHandler,
  signal: AbortSignal,
  log: QueueLog,
): Promise<Error | undefined> {
  const { job, target } = taken;
  try {
    const payload = parseJob(job.data);
    await holdingLock(taken, log, async () => await handle(payload, { signal, target }));
    return undefined;
  } catch (error) {
    if (error instanceof JobDeclined) return error;
    log.warn({ err: error, target, jobId: job.id }, 'A job failed; it is queued again if it is still needed');
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Takes a job off the queue, however it ended; one that was declined goes back into it. */
async function takeOff({ job, token, target }: Taken, failure: Error | undefined, log: QueueLog): Promise<void> {
  try {
    if (failure === undefined) await job.moveToCompleted(null, token, false);
    else if (failure instanceof JobDeclined) await job.moveToWait(token);
    else await job.moveToFailed(failure, token, false);
  } catch (error) {
    // Its lock ran out or Redis lost it. What was done stands in Postgres.
    log.debug({ err: error, target, jobId: job.id }, 'The job was not in the queue any more');
  }
}

/**
 * Takes the jobs of the targets, one at a time over all of them, in turn.
 * @param redis a connection of its own: commands wait in it while Redis is away
 * @throws QueueError `redis-unavailable` when the connection breaks before it is set up
 */
export async function consumeFrom(
  redis: Redis,
  { prefix, targets, handle, log }: { prefix: string; targets: readonly string[]; handle: JobHandler; log: QueueLog },
): Promise<Consumer> {
  const workers = await openWorkers(redis, prefix, targets, log);
  const stop = new AbortController();
  const abort = new AbortController();
  let handling: Promise<unknown> = Promise.resolve();
  let taken = 0;

  const next = async (): Promise<Taken | undefined> => {
    for (let tried = 0; tried < workers.length && !stop.signal.aborted; tried += 1) {
      taken += 1;
      const entry = workers[taken % workers.length];
      if (entry === undefined) continue;
      const token = `${entry.worker.id}:${taken}`;
      const job = await entry.worker.getNextJob(token, { block: workers.length === 1 });
      if (job !== undefined) return { job, token, target: entry.target };
    }
    return undefined;
  };

  const takeOne = async (): Promise<void> => {
    const job = await next();
    if (job === undefined) {
      if (workers.length > 1) await sleep(POLL_MS, undefined, { signal: stop.signal });
    } else if (stop.signal.aborted) {
      await job.job.moveToWait(job.token);
    } else {
      const performed = perform(job, handle, abort.signal, log);
      handling = performed;
      await takeOff(job, await performed, log);
    }
  };

  const run = async (): Promise<void> => {
    await Promise.all(workers.map(async ({ worker }) => await worker.startStalledCheckTimer()));
    while (!stop.signal.aborted) {
      try {
        await takeOne();
      } catch (error) {
        if (stop.signal.aborted) return;
        log.warn({ err: error, retryInMs: AFTER_ERROR_MS }, 'Taking a job failed');
        await sleep(AFTER_ERROR_MS, undefined, { signal: stop.signal }).catch(() => undefined);
      }
    }
  };

  const running = run();
  return {
    close: async ({ abort: now = false } = {}) => {
      stop.abort();
      if (now) abort.abort();
      await handling;
      await Promise.race([running, sleep(CLOSE_MS, undefined, { ref: false })]);
      await closeWorkers(redis, workers);
      await running;
    },
  };
}
