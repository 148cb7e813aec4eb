import { EventEmitter } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startStack } from '@espalier/stack';
import { pino } from 'pino';
import { CliError } from '../errors.js';
import { type RunningProcess, startProcess } from './process.js';

/** The whole service on this machine: Postgres, Redis, API, planner and one agent. */
export interface Service {
  readonly apiUrl: string;
  /** Ends with the reason when one of the processes ends by itself. */
  readonly broken: Promise<string>;
  /** Stops everything in the reverse order of its start. */
  close(): Promise<void>;
}

/** How the service is started. */
export interface ServiceOptions {
  /** Folder of artifacts, logs and the agent's state. */
  readonly dataDir: string;
  /** Keep the databases in `dataDir`, or throw them away at the end. */
  readonly persistent: boolean;
  /** Port of the API; 0: a free one. */
  readonly port: number;
  /** Targets that the agent serves; undefined: what this machine can. */
  readonly targets: readonly string[] | undefined;
  readonly withAgent: boolean;
  readonly signal: AbortSignal;
  /** Told what is being started. */
  readonly onStep: (step: string) => void;
}

/** Starts the whole service. What was started before a failure or an abort is stopped again. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const started: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const part of started.splice(0).toReversed()) await part.close();
  };
  const begin = async <Part extends { close(): Promise<void> }>(
    step: string,
    start: () => Promise<Part>,
  ): Promise<Part> => {
    options.signal.throwIfAborted();
    options.onStep(step);
    const part = await start();
    started.push(part);
    return part;
  };
  try {
    const processes: RunningProcess[] = [];
    const logs = join(options.dataDir, 'logs');
    await mkdir(logs, { recursive: true });
    const troubles = new EventEmitter<{ lost: [reason: string] }>();
    const stackLost = new Promise<string>((resolve) => {
      troubles.once('lost', resolve);
    });
    const stack = await begin('Postgres and Redis', () =>
      startStack({
        databaseUrl: process.env['DATABASE_URL'],
        redisUrl: process.env['REDIS_URL'],
        ...(options.persistent ? { dataDir: options.dataDir } : {}),
        log: pino(pino.destination(join(logs, 'stack.log'))),
        onLost: ({ message }) => troubles.emit('lost', message),
      }),
    );
    const env = {
      DATABASE_URL: stack.databaseUrl,
      REDIS_URL: stack.redisUrl,
      ESPALIER_ARTIFACTS_DIR: join(options.dataDir, 'artifacts'),
    };
    const launch = async (
      name: 'api' | 'planner' | 'agent',
      more: Readonly<Record<string, string>>,
    ): Promise<RunningProcess> => {
      const running = await begin(name, () =>
        startProcess({
          name,
          app: `@espalier/app-${name}`,
          env: { ...env, ...more },
          logFile: join(logs, `${name}.log`),
        }),
      );
      processes.push(running);
      return running;
    };
    const api = await launch('api', { ESPALIER_PORT: String(options.port) });
    const apiUrl = urlOf(api);
    await launch('planner', {});
    if (options.withAgent) {
      await launch('agent', {
        ESPALIER_API_URL: apiUrl,
        ESPALIER_AGENT_DIR: join(options.dataDir, 'agent'),
        ...(options.targets === undefined ? {} : { ESPALIER_TARGETS: options.targets.join(',') }),
      });
    }
    return { apiUrl, broken: Promise.race([stackLost, ...processes.map(({ exited }) => exited)]), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function urlOf({ ready }: RunningProcess): string {
  const url = ready['url'];
  if (typeof url !== 'string') throw new CliError('process-failed', 'the API did not say where it listens');
  return url;
}
