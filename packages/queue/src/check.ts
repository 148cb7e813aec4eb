import type { Redis } from 'ioredis';

/** What makes this Redis a poor transport. Nothing is lost by it (Postgres is the truth), but jobs come late. */
export type RedisWarning =
  | { readonly code: 'eviction-possible'; readonly policy: string }
  | { readonly code: 'not-persistent' };

async function setting(redis: Redis, name: string): Promise<string | undefined> {
  try {
    const answer: unknown = await redis.call('CONFIG', 'GET', name);
    const value: unknown = Array.isArray(answer) ? answer[1] : undefined;
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined; // hosted Redis and restricted users may not ask
  }
}

/** Asks Redis for its settings; those that it does not tell are taken as good. */
export async function checkRedis(redis: Redis): Promise<readonly RedisWarning[]> {
  const [policy, appendOnly, save] = await Promise.all([
    setting(redis, 'maxmemory-policy'),
    setting(redis, 'appendonly'),
    setting(redis, 'save'),
  ]);
  const warnings: RedisWarning[] = [];
  if (policy !== undefined && policy !== 'noeviction') warnings.push({ code: 'eviction-possible', policy });
  if (appendOnly === 'no' && save === '') warnings.push({ code: 'not-persistent' });
  return warnings;
}
