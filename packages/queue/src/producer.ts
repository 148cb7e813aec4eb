import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { reachingRedis } from './connection.js';
import { jobId, queueName, type TargetJob } from './job.js';
import type { QueueLog } from './log.js';

/** Puts jobs into the queues of their targets, and looks which are there. */
export interface Producer {
  enqueue(jobs: readonly TargetJob[]): Promise<void>;
  missing(jobs: readonly TargetJob[]): Promise<TargetJob[]>;
  close(): Promise<void>;
}

/** Ended jobs leave Redis at once: Postgres knows how they ended. Retries are new attempts, decided there. */
const JOB_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const;

/** A producer on a connection of its own. */
export function producerOn(redis: Redis, prefix: string, log: QueueLog): Producer {
  const queues = new Map<string, Queue>();
  const queueOf = (target: string): Queue => {
    const known = queues.get(target);
    if (known !== undefined) return known;
    const queue = new Queue(queueName(target), { connection: redis, prefix, skipMetasUpdate: true });
    queue.on('error', (error) => log.debug({ err: error, target }, 'Queue connection'));
    queues.set(target, queue);
    return queue;
  };

  return {
    enqueue: async (jobs) =>
      await reachingRedis(redis, async () => {
        for (const target of new Set(jobs.map((job) => job.target))) {
          const ofTarget = jobs.filter((job) => job.target === target);
          await queueOf(target).addBulk(
            ofTarget.map(({ measurementId, attempt, priority }) => ({
              name: 'measure',
              data: { measurementId, attempt },
              opts: { ...JOB_OPTIONS, priority, jobId: jobId({ measurementId, attempt }) },
            })),
          );
        }
      }),
    missing: async (jobs) =>
      await reachingRedis(redis, async () => {
        if (jobs.length === 0) return [];
        const pipeline = redis.pipeline();
        for (const job of jobs) pipeline.exists(queueOf(job.target).toKey(jobId(job)));
        const answers = (await pipeline.exec()) ?? [];
        const error = answers.find(([failure]) => failure !== null)?.[0];
        if (error !== undefined && error !== null) throw error;
        return jobs.filter((_job, at) => answers[at]?.[1] === 0);
      }),
    close: async () => {
      await Promise.all([...queues.values()].map(async (queue) => await queue.close().catch(() => undefined)));
      redis.disconnect();
    },
  };
}
