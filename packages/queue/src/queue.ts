import { checkRedis, type RedisWarning } from './check.js';
import { connect, reachingRedis } from './connection.js';
import { type Consumer, consumeFrom, type JobHandler } from './consumer.js';
import type { TargetJob } from './job.js';
import type { QueueLog } from './log.js';
import { producerOn } from './producer.js';

/** The transport of jobs. Whatever it loses, Postgres knows and the reconciler brings back. */
export interface MeasurementQueue {
  /** What is wrong with this Redis, as found at the start. */
  readonly warnings: readonly RedisWarning[];
  /** Adds jobs; one that is there already is not added again. @throws QueueError `redis-unavailable` at once */
  enqueue(jobs: readonly TargetJob[]): Promise<void>;
  /** Those that Redis does not hold. @throws QueueError `redis-unavailable` at once */
  missing(jobs: readonly TargetJob[]): Promise<TargetJob[]>;
  /** Takes jobs, one at a time over all targets. @throws QueueError `redis-unavailable` */
  consume(targets: readonly string[], handle: JobHandler): Promise<Consumer>;
  /** @throws QueueError `redis-unavailable` */
  ping(): Promise<void>;
  /** Consumers are closed by who opened them. */
  close(): Promise<void>;
}

export interface QueueOptions {
  readonly redisUrl: string;
  /** Begins every key. A `{hash tag}` keeps all of them in one slot of a cluster. */
  readonly prefix: string;
  readonly log: QueueLog;
}

/**
 * Connects to Redis.
 * @throws QueueError `redis-unavailable` within seconds, `redis-refused`
 */
export async function openQueue({ redisUrl, prefix, log }: QueueOptions): Promise<MeasurementQueue> {
  const redis = await connect(redisUrl, { role: 'producer', log });
  const producer = producerOn(redis, prefix, log);
  return {
    warnings: await checkRedis(redis),
    enqueue: async (jobs) => await producer.enqueue(jobs),
    missing: async (jobs) => await producer.missing(jobs),
    consume: async (targets, handle) =>
      await consumeFrom(await connect(redisUrl, { role: 'consumer', log }), { prefix, targets, handle, log }),
    ping: async () => {
      await reachingRedis(redis, async () => await redis.ping());
    },
    close: async () => await producer.close(),
  };
}
