import { setTimeout as sleep } from 'node:timers/promises';
import type { MeasurementQueue } from '@espalier/queue';
import type { QueuePosition, Store } from '@espalier/store';
import type { FastifyBaseLogger } from 'fastify';

/** What the reconciler works with. */
export interface ReconcilerOptions {
  readonly store: Store;
  readonly queue: MeasurementQueue;
  readonly leaseSeconds: number;
  readonly heartbeatSeconds: number;
  readonly intervalMs: number;
  readonly log: FastifyBaseLogger;
}

/** Who misses so many heartbeats is away. */
const MISSED_HEARTBEATS = 3;
/** Younger ones are just being queued by who created them. */
const SETTLED_SECONDS = 2;
/** Measurements compared with Redis in one round. */
const STRETCH = 2_000;

/**
 * Sets right, again and again, what Postgres and the world disagree about: measurements of agents that fell silent, agents
 * that are gone, jobs that Redis lost. Any number of them may run.
 */
export function startReconciler(options: ReconcilerOptions): { close(): Promise<void> } {
  const { store, queue, leaseSeconds, heartbeatSeconds, intervalMs, log } = options;
  const stop = new AbortController();
  // While the API was away nobody could be heard: everyone gets the time to speak first.
  const silentSeconds = MISSED_HEARTBEATS * heartbeatSeconds;
  const startedAt = Date.now();
  const hasHeardFor = (seconds: number): boolean => Date.now() - startedAt >= seconds * 1000;
  let position: QueuePosition | null = null;

  async function reapLeases(): Promise<void> {
    if (!hasHeardFor(leaseSeconds)) return;
    const jobs = await store.measurements.reapExpiredLeases();
    if (jobs.length === 0) return;
    log.warn({ measurementIds: jobs.map(({ measurementId }) => measurementId) }, 'Agents fell silent; queued again');
    await queue.enqueue(jobs);
  }

  async function missAgents(): Promise<void> {
    if (!hasHeardFor(silentSeconds)) return;
    const agentIds = await store.agents.markOffline(silentSeconds);
    if (agentIds.length > 0) log.warn({ agentIds }, 'Agents are offline');
  }

  async function restoreJobs(): Promise<void> {
    const { jobs, next } = await store.measurements.listQueued({
      limit: STRETCH,
      olderThanSeconds: SETTLED_SECONDS,
      after: position,
    });
    const missing = await queue.missing(jobs);
    if (missing.length > 0) {
      await queue.enqueue(missing);
      log.warn({ jobs: missing.length }, 'Redis had lost jobs; queued again');
    }
    position = next;
  }

  async function round(): Promise<void> {
    for (const task of [reapLeases, missAgents, restoreJobs]) {
      try {
        await task();
      } catch (error) {
        log.warn({ err: error, task: task.name, retryInMs: intervalMs }, 'Reconciling failed');
      }
    }
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      await round();
      await sleep(intervalMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    close: async () => {
      stop.abort();
      await running;
    },
  };
}
