import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openQueue } from '@espalier/queue';
import { DEFAULT_CANARY_LIMITS, openStore } from '@espalier/store';
import { createTestDatabase } from '@espalier/store/testing';
import { pino } from 'pino';
import type { ApiConfig } from '../config.js';
import { startApi } from '../start.js';

const log = pino({ level: 'silent' });

/** An answer with its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export type ApiScene = Awaited<ReturnType<typeof openApiScene>>;

/** A running API on a database (unless given), a Redis prefix, a folder and a port of its own; and its store and queue, to look behind it. */
export async function openApiScene(changes: Partial<ApiConfig> = {}) {
  const redisUrl = process.env['REDIS_URL'];
  if (redisUrl === undefined) throw new Error('REDIS_URL is not set: run the tests with `npm test`');
  const database = changes.databaseUrl === undefined ? await createTestDatabase(process.env['DATABASE_URL']) : null;
  const artifactsDir = await mkdtemp(join(tmpdir(), 'espalier-api-'));
  const queuePrefix = `{test-${randomUUID()}}`;
  const config: ApiConfig = {
    databaseUrl: database?.url ?? '',
    redisUrl,
    host: '127.0.0.1',
    port: 0,
    artifactsDir,
    queuePrefix,
    leaseSeconds: 30,
    maxUploadBytes: 2 ** 20,
    maxInputBytes: 2 ** 16,
    canaryLimits: DEFAULT_CANARY_LIMITS,
    webDir: null,
    logLevel: 'silent',
    exitWithParent: false,
    ...changes,
  };
  const api = await startApi(config, log);
  const store = await openStore(config);
  const queue = await openQueue({ redisUrl: config.redisUrl, prefix: queuePrefix, log });

  const call = async (method: string, path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(`${api.url}${path}`, { method, ...init });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
  };
  return {
    config,
    url: api.url,
    store,
    queue,
    stop: async () => await api.close(),
    get: async (path: string, headers: Record<string, string> = {}) => await call('GET', path, { headers }),
    post: async (path: string, body?: unknown, method = 'POST') =>
      await call(
        method,
        path,
        body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
      ),
    upload: async (path: string, body: string | Uint8Array<ArrayBuffer>) =>
      await call('POST', path, { body, headers: { 'content-type': 'application/octet-stream' } }),
    close: async () => {
      await api.close();
      await queue.close();
      await store.close();
      await database?.close();
      await rm(artifactsDir, { recursive: true, force: true });
    },
  };
}
