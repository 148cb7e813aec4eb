import { setTimeout as sleep } from 'node:timers/promises';
import { loadSolver, type Solver } from '@espalier/planner';
import { type MeasurementQueue, openQueue } from '@espalier/queue';
import { openStore, type SavedStep, type Store } from '@espalier/store';
import type { Logger } from 'pino';
import { decideComparison } from './comparisons/decide.js';
import type { PlannerConfig } from './config.js';
import { decide } from './decide.js';

/** Notices wake the planner at once; this is for those that get lost. */
const POLL_MS = 1_000;
/** After a step that threw; the plan itself rests longer, by the store's own back-off. */
const AFTER_ERROR_MS = 1_000;

/** A running planner. */
export interface RunningPlanner {
  /** Finishes the step in hand and stops. */
  close(): Promise<void>;
}

/**
 * Starts stepping every plan and comparison that has something to do, until it is closed. Any number of planners may run.
 * @throws QueueError `redis-unavailable`; StoreError `database-unavailable`
 */
export async function startPlanner(config: PlannerConfig, log: Logger): Promise<RunningPlanner> {
  const solver = await loadSolver();
  const store = await openStore(config);
  await store.ping();
  const queue = await openQueue({ redisUrl: config.redisUrl, prefix: config.queuePrefix, log });
  const bell = createBell();
  const listener = store.listen({ onNotice: bell.ring, onConnected: bell.ring });
  const stop = new AbortController();
  const running = stepForever({ store, solver, queue, bell, log, signal: stop.signal });
  return {
    close: async () => {
      stop.abort();
      bell.ring();
      await running;
      await listener.close();
      await queue.close();
      await store.close();
    },
  };
}

/** Something that is rung when there may be work, and waited for. A ring while nobody waits is not lost. */
interface Bell {
  readonly ring: () => void;
  /** Resolves at the next ring (or at once, if it rang since the last wait), and after `ms` anyway. */
  readonly wait: (ms: number) => Promise<void>;
}

function createBell(): Bell {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    wait: async (ms) => {
      if (!rung) {
        const ringing = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await Promise.race([ringing, sleep(ms, undefined, { ref: false })]);
      }
      rung = false;
    },
  };
}

interface Loop {
  readonly store: Store;
  readonly solver: Solver;
  readonly queue: MeasurementQueue;
  readonly bell: Bell;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

async function stepForever({ store, solver, queue, bell, log, signal }: Loop): Promise<void> {
  while (!signal.aborted) {
    try {
      const saved = await store.plans.withDue((due) =>
        due.kind === 'plan' ? decide(store, solver, due) : decideComparison(store, due),
      );
      if (saved === null) await bell.wait(POLL_MS);
      else await enqueue(queue, saved, log);
    } catch (error) {
      log.error({ err: error, retryInMs: AFTER_ERROR_MS }, 'A step of a plan failed');
      await sleep(AFTER_ERROR_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** The measurements are in Postgres: what does not reach the queue now is put there by the reconciler. */
async function enqueue(queue: MeasurementQueue, { planId, jobs }: SavedStep, log: Logger): Promise<void> {
  try {
    await queue.enqueue(jobs);
  } catch (error) {
    log.warn({ err: error, planId, jobs: jobs.length }, 'Jobs were not queued; the reconciler will do it');
  }
}
