import { Redis } from 'ioredis';

/** The keys below a prefix. */
export async function keysBelow(redisUrl: string, prefix: string): Promise<readonly string[]> {
  const redis = new Redis(redisUrl);
  try {
    return await redis.keys(`${prefix}*`);
  } finally {
    redis.disconnect();
  }
}

/** Deletes every key below a prefix: what FLUSHALL does, without harm to other tests on the same server. */
export async function loseEverything(redisUrl: string, prefix: string): Promise<void> {
  const keys = await keysBelow(redisUrl, prefix);
  if (keys.length === 0) return;
  const redis = new Redis(redisUrl);
  try {
    await redis.del(...keys);
  } finally {
    redis.disconnect();
  }
}
