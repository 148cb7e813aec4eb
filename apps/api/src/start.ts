import { isIPv6 } from 'node:net';
import { builtInTargets } from '@espalier/contracts';
import { openQueue } from '@espalier/queue';
import { migrate, openStore } from '@espalier/store';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { buildApp } from './app.js';
import type { ApiConfig } from './config.js';
import { ApiError } from './errors.js';
import { createPlanStreams } from './plan-streams.js';
import { startReconciler } from './reconciler.js';

/** A running API. */
export interface RunningApi {
  /** Where it listens, as a client on this machine calls it. */
  readonly url: string;
  /** Ends streams, finishes the requests in hand, and stops. */
  close(): Promise<void>;
}

/** An agent is heard so many times a lease: one lost heartbeat costs nothing. */
const HEARTBEATS_PER_LEASE = 6;
const RECONCILE_MS = 2_000;
const MAX_CONNECTIONS = 20;

/** Closes in reverse what was opened in order, also when opening breaks off in the middle. */
function createStack() {
  const opened: (() => Promise<unknown>)[] = [];
  return {
    push: (close: () => Promise<unknown>) => void opened.push(close),
    close: async () => {
      for (const close of opened.splice(0).toReversed()) await close();
    },
  };
}

async function listen(app: FastifyInstance, { host, port }: ApiConfig): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    const code: unknown = Reflect.get(Object(cause), 'code');
    if (code === 'EADDRINUSE') {
      throw new ApiError('port-taken', `Port ${port} of ${host} is taken by another program`, {
        cause,
        hint: 'ESPALIER_PORT names another one, 0 picks one that is free',
      });
    }
    throw new ApiError('address-unusable', `Cannot listen on ${host}:${port}: ${String(cause)}`, {
      cause,
      hint: 'ESPALIER_HOST and ESPALIER_PORT say where to listen',
    });
  }
  const [address] = app.addresses();
  const everywhere = host === '0.0.0.0' || host === '::';
  const name = everywhere ? '127.0.0.1' : host;
  return `http://${isIPv6(name) ? `[${name}]` : name}:${typeof address === 'object' ? address.port : port}`;
}

async function start(config: ApiConfig, log: FastifyBaseLogger, push: (close: () => Promise<unknown>) => void) {
  const { databaseUrl, redisUrl, artifactsDir, queuePrefix, leaseSeconds } = config;
  const applied = await migrate(databaseUrl);
  if (applied.length > 0) log.info({ applied }, 'Migrated the database');
  const store = await openStore({ databaseUrl, artifactsDir, maxConnections: MAX_CONNECTIONS });
  push(async () => await store.close());
  await store.targets.ensure(builtInTargets);
  const queue = await openQueue({ redisUrl, prefix: queuePrefix, log });
  push(async () => await queue.close());
  for (const warning of queue.warnings) log.warn(warning, 'Redis is set up so that jobs may come late');
  const planStreams = createPlanStreams(store);
  const listener = store.listen({ onNotice: planStreams.onNotice });
  push(async () => await listener.close());
  const heartbeatSeconds = leaseSeconds / HEARTBEATS_PER_LEASE;
  const app = await buildApp({ ...config, store, queue, planStreams, heartbeatSeconds, log });
  push(async () => await app.close());
  const url = await listen(app, config);
  const reconciler = startReconciler({ store, queue, leaseSeconds, heartbeatSeconds, intervalMs: RECONCILE_MS, log });
  push(async () => await reconciler.close());
  return url;
}

/**
 * Brings the database up to date, starts the API and its reconciler.
 * @throws ApiError `port-taken`, `address-unusable`; StoreError and QueueError when Postgres or Redis is away; then nothing
 * is left open
 */
export async function startApi(config: ApiConfig, log: FastifyBaseLogger): Promise<RunningApi> {
  const stack = createStack();
  try {
    const url = await start(config, log, stack.push);
    log.info({ url }, 'The API listens');
    return { url, close: stack.close };
  } catch (error) {
    await stack.close();
    throw error;
  }
}
