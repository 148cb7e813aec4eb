import { type ChildProcess, execFile, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Client, createClient } from '@espalier/client';
import { createTestDatabase } from '@espalier/store/testing';
import { until } from './testing.js';

const apiProgram = fileURLToPath(new URL('../../api/dist/main.js', import.meta.url));
const agentProgram = fileURLToPath(new URL('main.js', import.meta.url));

/** A process of the service, as a test sees it. */
export interface Running {
  readonly pid: number;
  /** What it said when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** What it wrote so far. */
  readonly output: () => string;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Cuts the channel to it, as the death of its parent does. */
  readonly disconnect: () => void;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<unknown>;
}

/** A running agent, and its folder. */
export interface RunningAgentProcess extends Running {
  readonly dir: string;
}

/** A real API on a database and queues of its own, and agents as real processes. */
export interface TestService extends AsyncDisposable {
  readonly client: Client;
  /** Goes away with the service. */
  readonly dir: string;
  /** @param execPath a program in the place of this Node */
  readonly startAgent: (env?: Readonly<Record<string, string>>, execPath?: string) => Promise<RunningAgentProcess>;
  readonly killApi: () => Promise<void>;
  /** At the same address as before. */
  readonly restartApi: () => Promise<void>;
}

async function start(
  program: string,
  env: Readonly<Record<string, string>>,
  children: ChildProcess[],
  execPath: string = process.execPath,
): Promise<Running> {
  const child = fork(program, [], {
    execPath,
    env: { PATH: process.env['PATH'] ?? '', ESPALIER_EXIT_WITH_PARENT: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (piece: Buffer) => (output += piece.toString()));
  const ended = once(child, 'exit').then(([code, signal]: unknown[]) => signal ?? code);
  const ready = await Promise.race([
    once(child, 'message').then(([message]: unknown[]) => ({ ...Object(message) })),
    ended.then((how) => {
      throw new Error(`it ended (${String(how)}) before it was ready: ${output}`);
    }),
  ]);
  return {
    pid: child.pid ?? 0,
    ready,
    output: () => output,
    kill: (signal) => child.kill(signal),
    disconnect: () => child.disconnect(),
    ended,
  };
}

/** The processes that a process has started and that live. */
export async function childrenOf(pid: number): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child = 0, parent]) => (parent === pid ? [child] : []));
}

const lives = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Waits until none of the processes lives. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  await until(() => !pids.some(lives));
}

/** Starts the API, with leases of `leaseSeconds`. Disposing of it ends every process that was started through it. */
export async function startTestService(leaseSeconds: number): Promise<TestService> {
  const children: ChildProcess[] = [];
  const database = await createTestDatabase(process.env['DATABASE_URL']);
  const dir = await mkdtemp(join(tmpdir(), 'espalier-service-'));
  const redisUrl = process.env['REDIS_URL'] ?? '';
  const queuePrefix = `{${randomUUID()}}`;
  let port = '0';
  const startApi = () =>
    start(
      apiProgram,
      {
        DATABASE_URL: database.url,
        REDIS_URL: redisUrl,
        ESPALIER_PORT: port,
        ESPALIER_ARTIFACTS_DIR: join(dir, 'artifacts'),
        ESPALIER_QUEUE_PREFIX: queuePrefix,
        ESPALIER_LEASE_SECONDS: String(leaseSeconds),
      },
      children,
    );
  let api = await startApi();
  const apiUrl = String(api.ready['url']);
  ({ port } = new URL(apiUrl));
  return {
    client: createClient({ baseUrl: apiUrl }),
    dir,
    startAgent: async (env = {}, execPath = process.execPath) => {
      const agentDir = join(dir, `agent-${randomUUID()}`);
      const settings = { ESPALIER_API_URL: apiUrl, REDIS_URL: redisUrl, ESPALIER_AGENT_DIR: agentDir, ...env };
      return { ...(await start(agentProgram, settings, children, execPath)), dir: settings.ESPALIER_AGENT_DIR };
    },
    killApi: async () => {
      api.kill('SIGKILL');
      await api.ended;
    },
    restartApi: async () => {
      api = await startApi();
    },
    [Symbol.asyncDispose]: async () => {
      const living = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
      const ends = living.map((child) => once(child, 'exit'));
      for (const child of living) child.kill('SIGKILL');
      await Promise.all(ends);
      await database.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
