import { startStack } from '../../packages/stack/dist/index.js';

let stack;

/** One Postgres and one Redis for all tests of a run, unless DATABASE_URL and REDIS_URL name others. */
export default async function setUpStack() {
  endWithParent();
  const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = process.env;
  stack = await startStack({ databaseUrl, redisUrl, log: { info: () => undefined } });
  // jest starts its workers with this environment afterwards.
  process.env.DATABASE_URL = stack.databaseUrl;
  process.env.REDIS_URL = stack.redisUrl;
}

export async function closeStack() {
  await stack?.close();
}

/** Started by scripts/test.mjs, jest goes when that is killed and cannot pass a signal on. */
function endWithParent() {
  if (process.channel === undefined) return;
  process.once('disconnect', () => process.exit(1));
  process.channel.unref();
}
