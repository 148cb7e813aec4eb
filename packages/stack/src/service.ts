import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceUser } from './access.js';
import type { StackError } from './error.js';
import { failureOf } from './failure.js';
import { onFreePort } from './free-port.js';
import { startGuarded } from './guard.js';
import type { ServiceFolder } from './service-folder.js';

/** A service that answers. */
export interface Service {
  readonly url: string;
  /** Resolves when the service has ended without being asked to. */
  readonly lost: Promise<StackError>;
  /** Ends the service; ephemeral data is gone afterwards. May be called again. */
  stop(): Promise<void>;
}

/** How to run a service on one port. */
export interface ServiceCommand {
  readonly service: 'postgres' | 'redis';
  /** Program and arguments; the working folder is the service's own. */
  readonly command: readonly string[];
  /** What it prints when it is ready. */
  readonly ready: string;
  /** Ends it in order. */
  readonly signal: 'INT' | 'TERM';
  readonly env: Readonly<Record<string, string>>;
  readonly user: ServiceUser | undefined;
  readonly url: string;
}

/** Crash recovery of a big database on a slow disk takes a while; a service that hangs should still be reported. */
const READY_WITHIN_MS = 120_000;
const POLL_MS = 20;

/**
 * Runs a service in its folder, on the wanted port or a free one, and waits until it is ready. The folder is given up when
 * the service ends or cannot start.
 * @throws StackError `port-taken`, `disk-full`, `postgres-failed`, `redis-failed`
 */
export async function runService(
  folder: ServiceFolder,
  wantedPort: number | undefined,
  commandOn: (port: number) => Promise<ServiceCommand>,
): Promise<Service> {
  try {
    return await onFreePort(wantedPort, async (port) => launch(folder, port, await commandOn(port)));
  } catch (error) {
    await folder.release();
    throw error;
  }
}

async function launch(folder: ServiceFolder, port: number, options: ServiceCommand): Promise<Service> {
  const { service, ready, url } = options;
  const guarded = startGuarded({ ...options, folder: folder.path, removeFolder: folder.ephemeral });
  const failure = (log: string): StackError => failureOf({ service, log, port, folder: folder.path });

  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const exited = guarded.hasExited(); // asked before the log is read, so that no last word is missed
    const log = await guarded.log();
    if (exited) throw failure(log);
    if (log.includes(ready)) break;
    if (performance.now() > deadline) {
      await guarded.stop();
      throw failure(`${log}\nnot ready after ${READY_WITHIN_MS / 1000} s`);
    }
    await sleep(POLL_MS);
  }

  let stopping: Promise<void> | undefined;
  const whenLost = async (): Promise<StackError> => {
    await guarded.exited;
    if (stopping !== undefined) return new Promise<never>(() => undefined);
    return failure(await guarded.log().catch(() => ''));
  };
  const end = async (): Promise<void> => {
    await guarded.stop();
    await folder.release();
  };
  return {
    url,
    lost: whenLost(),
    stop: () => {
      stopping ??= end();
      return stopping;
    },
  };
}
