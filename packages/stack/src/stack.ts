import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { StackError } from './error.js';
import { startPostgres } from './postgres.js';
import { startRedis } from './redis.js';
import type { Service } from './service.js';

/** Where the stack says what it does: a pino logger, or anything with this method. */
export interface StackLog {
  info(fields: object, message: string): void;
}

/** What to start and where. */
export interface StackOptions {
  /** Keeps the data of both services in this folder; without it everything is temporary. */
  readonly dataDir?: string | undefined;
  /** A Postgres to use instead of an own one. */
  readonly databaseUrl?: string | undefined;
  /** A Redis to use instead of an own one. */
  readonly redisUrl?: string | undefined;
  /** Ports on 127.0.0.1; free ones by default. */
  readonly postgresPort?: number | undefined;
  readonly redisPort?: number | undefined;
  /** Where `npm run setup` unpacks redis-server; `.espalier/cache` in the checkout by default. */
  readonly cacheDir?: string | undefined;
  /** PATH, to find redis-server, and TMPDIR, for temporary data, are read. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly log: StackLog;
  /** Called when Postgres or Redis ends by itself. */
  readonly onLost?: (error: StackError) => void;
}

/** A Postgres and a Redis to use. They end with `close`, and when this process ends, however it ends. */
export interface Stack {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  close(): Promise<void>;
}

const CACHE_DIR = fileURLToPath(new URL('../../../.espalier/cache', import.meta.url));

/**
 * Starts an own Postgres and Redis on 127.0.0.1, each with a password that is part of its URL, or uses the ones given.
 * @throws StackError
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dataDir, cacheDir = CACHE_DIR, env = process.env, log } = options;
  const place = { dataDir, temporaryDir: env['TMPDIR'] ?? tmpdir() };
  const searchPath = env['PATH'] ?? '';
  const [postgres, redis] = await allOrNone(
    given(options.databaseUrl) ?? startPostgres({ place, port: options.postgresPort }),
    given(options.redisUrl) ?? startRedis({ place, port: options.redisPort, cacheDir, searchPath }),
  );
  for (const service of [postgres, redis]) {
    void service.lost.then((error) => options.onLost?.(error));
  }
  log.info({ postgres: withoutPassword(postgres.url), redis: withoutPassword(redis.url), dataDir }, 'stack started');
  return {
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    close: async () => {
      await Promise.all([postgres.stop(), redis.stop()]);
    },
  };
}

async function allOrNone(...starting: [Promise<Service>, Promise<Service>]): Promise<[Service, Service]> {
  const [first, second] = await Promise.allSettled(starting);
  if (first.status === 'fulfilled' && second.status === 'fulfilled') return [first.value, second.value];
  for (const outcome of [first, second]) {
    if (outcome.status === 'fulfilled') await outcome.value.stop();
  }
  throw first.status === 'rejected' ? first.reason : second.status === 'rejected' ? second.reason : undefined;
}

/** Somebody else's service: neither started nor stopped here. */
function given(url: string | undefined): Promise<Service> | undefined {
  if (url === undefined || url === '') return undefined;
  return Promise.resolve({ url, lost: new Promise<never>(() => undefined), stop: () => Promise.resolve() });
}

function withoutPassword(url: string): string {
  return url.replace(/:[^:@/]*@/, '@');
}
