import { Redis } from 'ioredis';
import { QueueError } from './errors.js';
import type { QueueLog } from './log.js';

const CONNECT_TIMEOUT_MS = 5_000;
const COMMAND_TIMEOUT_MS = 5_000;
const MAX_RETRY_MS = 2_000;

/** Between attempts to connect again: soon at first, then every two seconds. */
const retryAfterMs = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 10), MAX_RETRY_MS);

/** For requests: when Redis is away a command fails at once; a job that was not queued is queued by the reconciler. */
const PRODUCER = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: COMMAND_TIMEOUT_MS,
} as const;
/** For a daemon: commands wait until Redis is back. */
const CONSUMER = { maxRetriesPerRequest: null } as const;

const unavailable = (cause: unknown) =>
  new QueueError('redis-unavailable', 'Redis does not answer', {
    cause,
    hint: 'Is redis-server running, and does REDIS_URL point at it?',
  });

/**
 * Connects once and says clearly when that fails; afterwards the connection heals itself, with back-off.
 * @throws QueueError `redis-unavailable` within seconds, `redis-refused` for a wrong password
 */
export async function connect(
  redisUrl: string,
  { role, log }: { role: 'producer' | 'consumer'; log: QueueLog },
): Promise<Redis> {
  let reached = false;
  const redis = new Redis(redisUrl, {
    ...(role === 'producer' ? PRODUCER : CONSUMER),
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: (attempt) => (reached ? retryAfterMs(attempt) : null),
  });
  let away = false;
  redis.on('error', (error: Error) => {
    if (reached && !away) log.warn({ err: error }, 'Redis is away; connecting again until it is back');
    away = true;
  });
  redis.on('ready', () => {
    if (away) log.info({}, 'Redis is back');
    away = false;
  });
  try {
    await redis.connect();
    await redis.ping();
    reached = true;
  } catch (cause) {
    if (redis.status === 'ready' || redis.status === 'connect') redis.disconnect(); // otherwise it has ended by itself
    const refused = cause instanceof Error && /NOAUTH|WRONGPASS|NOPERM/.test(cause.message);
    throw refused
      ? new QueueError('redis-refused', `Redis refuses us: ${cause.message}`, {
          cause,
          hint: 'Check the user and password in REDIS_URL',
        })
      : unavailable(cause);
  }
  return redis;
}

/**
 * Runs one piece of work against Redis.
 * @throws QueueError `redis-unavailable` when the connection is down now or breaks meanwhile
 */
export async function reachingRedis<T>(redis: Redis, work: () => Promise<T>): Promise<T> {
  if (redis.status !== 'ready') throw unavailable(new Error(`the connection is ${redis.status}`));
  try {
    return await work();
  } catch (cause) {
    throw unavailable(cause);
  }
}
