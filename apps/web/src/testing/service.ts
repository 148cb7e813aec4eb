import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestDatabase } from '@espalier/store/testing';

const appsDir = fileURLToPath(new URL('../../../..', import.meta.url));

/** The whole service as real processes, with a database and queues of its own. */
export interface TestService extends AsyncDisposable {
  /** Where the dashboard is. */
  readonly url: string;
  readonly agentName: string;
  readonly killApi: () => Promise<void>;
  /** At the same address as before. */
  readonly restartApi: () => Promise<void>;
  /** What all processes wrote, for the message of a test that failed. */
  readonly output: () => string;
}

type App = 'api' | 'planner' | 'agent';

const programOf = (app: App): string => join(appsDir, app, 'dist', 'main.js');

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

/** Processes that end together, in the reverse order of their start. */
class Processes {
  readonly #children: ChildProcess[] = [];
  #output = '';

  get output(): string {
    return this.#output;
  }

  /** Starts an app and waits until it says that it is ready; what it then says is returned. */
  async start(app: App, env: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>> {
    const child = fork(programOf(app), [], {
      env: { PATH: process.env['PATH'] ?? '', ESPALIER_EXIT_WITH_PARENT: '1', ESPALIER_LOG_LEVEL: 'warn', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#children.push(child);
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (piece: Buffer) => (this.#output += `${app}: ${piece.toString()}`));
    const ready = once(child, 'message').then(([message]: unknown[]) => ({ ...Object(message) }));
    const ended = once(child, 'exit').then(() => {
      throw new Error(`${app} ended before it was ready: ${this.#output}`);
    });
    return await Promise.race([ready, ended]);
  }

  /** Ends the process that was started last under a name, as a power cut would. */
  async kill(app: App): Promise<void> {
    const child = this.#children.findLast(({ spawnargs }) => spawnargs.includes(programOf(app)));
    if (child !== undefined) await end(child, 'SIGKILL');
  }

  async close(): Promise<void> {
    for (const child of this.#children.toReversed()) await end(child, 'SIGTERM');
  }
}

/**
 * Starts API (which serves the dashboard), planner and one agent.
 * @throws Error when the run has no Postgres and Redis (`npm test` starts both)
 */
export async function startTestService(): Promise<TestService> {
  const database = await createTestDatabase(process.env['DATABASE_URL']);
  const dir = await mkdtemp(join(tmpdir(), 'espalier-web-'));
  const processes = new Processes();
  const close = async () => {
    await processes.close();
    await database.close();
    await rm(dir, { recursive: true, force: true });
  };
  const agentName = 'bench under the window';
  const shared = {
    DATABASE_URL: database.url,
    REDIS_URL: process.env['REDIS_URL'] ?? '',
    ESPALIER_ARTIFACTS_DIR: join(dir, 'artifacts'),
    ESPALIER_QUEUE_PREFIX: `{${randomUUID()}}`,
  };
  try {
    const startApi = (port: string) => processes.start('api', { ...shared, ESPALIER_PORT: port });
    const url = String((await startApi('0'))['url']);
    await processes.start('planner', shared);
    await processes.start('agent', {
      REDIS_URL: shared.REDIS_URL,
      ESPALIER_API_URL: url,
      ESPALIER_AGENT_DIR: join(dir, 'agent'),
      ESPALIER_AGENT_NAME: agentName,
    });
    return {
      url,
      agentName,
      killApi: () => processes.kill('api'),
      restartApi: async () => void (await startApi(new URL(url).port)),
      output: () => processes.output,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
