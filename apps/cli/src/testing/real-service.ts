import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@espalier/client';
import { type Stack, startStack } from '@espalier/stack';
import { createTestDatabase } from '@espalier/store/testing';
import { type RunningProcess, startProcess } from '../service/process.js';

/** The service as real processes that a test may kill and start again. */
export interface RealService {
  readonly client: Client;
  readonly apiUrl: string;
  readonly redisUrl: string;
  readonly folder: string;
  /** Starts an app; the API always on the same port. Every agent has a folder of its own. */
  start(name: 'api' | 'planner' | 'agent'): Promise<RunningProcess>;
  /** Ends a process without a word, as a power cut would. */
  kill(running: RunningProcess): Promise<void>;
  close(): Promise<void>;
}

/** Short, so that a test does not wait long for a lost agent. */
const LEASE_SECONDS = '4';

/**
 * Makes a database and a Redis of its own, and a folder; nothing runs yet.
 * @throws Error when the test run has no Postgres (`npm test` starts one)
 */
export async function prepareService(): Promise<RealService> {
  const server = process.env['DATABASE_URL'];
  if (server === undefined) throw new Error('DATABASE_URL is not set: run the tests with `npm test`');
  const database = await createTestDatabase(server);
  const stack: Stack = await startStack({ databaseUrl: database.url, log: { info: () => undefined } });
  const folder = await mkdtemp(join(tmpdir(), 'espalier-service-'));
  await mkdir(join(folder, 'logs'));
  const port = await freePort();
  const apiUrl = `http://127.0.0.1:${port}`;
  const processes: RunningProcess[] = [];
  let agents = 0;
  const environmentOf = (name: 'api' | 'planner' | 'agent'): Record<string, string> => ({
    DATABASE_URL: database.url,
    REDIS_URL: stack.redisUrl,
    ESPALIER_ARTIFACTS_DIR: join(folder, 'artifacts'),
    ESPALIER_LEASE_SECONDS: LEASE_SECONDS,
    ...(name === 'api' ? { ESPALIER_PORT: String(port) } : {}),
    ...(name === 'agent'
      ? {
          ESPALIER_API_URL: apiUrl,
          ESPALIER_AGENT_DIR: join(folder, `agent-${(agents += 1)}`),
          ESPALIER_AGENT_NAME: `agent-${agents}`,
        }
      : {}),
  });
  return {
    client: createClient({ baseUrl: apiUrl }),
    apiUrl,
    redisUrl: stack.redisUrl,
    folder,
    start: async (name) => {
      const running = await startProcess({
        name,
        app: `@espalier/app-${name}`,
        env: environmentOf(name),
        logFile: join(folder, 'logs', `${name}.log`),
      });
      processes.push(running);
      return running;
    },
    kill: async (running) => {
      process.kill(running.pid, 'SIGKILL');
      await running.exited;
    },
    close: async () => {
      for (const running of processes.toReversed()) await running.close();
      await stack.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise<unknown>((resolve) => {
    server.close(resolve);
  });
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}
