import { once } from 'node:events';
import { type Consumer, type JobHandler, openQueue } from '@espalier/queue';
import type { Logger } from 'pino';
import { untilAnswered } from './until-answered.js';

/** Where jobs come from, and who does them. */
export interface IntakeOptions {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly targets: readonly string[];
  readonly handle: JobHandler;
  readonly log: Logger;
  readonly random: () => number;
}

/** The flow of jobs; it does not flow until it is opened. */
export interface Intake {
  /** Takes jobs, or takes no more: the one in hand is finished. Said twice is said once. */
  readonly setOpen: (open: boolean) => void;
  /** Takes no more jobs and waits for the one in hand. */
  readonly close: () => Promise<void>;
}

interface Flow {
  readonly consumer: Consumer;
  readonly closeQueue: () => Promise<void>;
}

async function connect({ redisUrl, prefix, targets, handle, log }: IntakeOptions): Promise<Flow> {
  const queue = await openQueue({ redisUrl, prefix, log });
  try {
    for (const warning of queue.warnings) log.warn({ ...warning }, 'this Redis is not set up well for a queue');
    return { consumer: await queue.consume(targets, handle), closeQueue: () => queue.close() };
  } catch (error) {
    await queue.close();
    throw error;
  }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** Takes jobs while it is open and as soon as Redis is there, one at a time over all targets. */
export function startIntake(options: IntakeOptions): Intake {
  const { log, random, targets } = options;
  let open = false;
  const stop = new AbortController();
  let change = new AbortController();

  async function flow(until: AbortSignal): Promise<void> {
    const waiting = { what: 'queue', signal: until, log, random };
    const { consumer, closeQueue } = await untilAnswered(waiting, () => connect(options));
    log.info({ targets }, 'waiting for jobs');
    await untilAborted(until);
    await consumer.close();
    await closeQueue();
    if (!stop.signal.aborted) log.info({ targets }, 'taking no jobs');
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      change = new AbortController();
      const { signal } = change;
      if (open)
        await flow(signal).catch(() => undefined); // closed again before Redis was there
      else await untilAborted(signal);
    }
  }

  const running = run();
  return {
    setOpen: (next) => {
      if (open === next) return;
      open = next;
      change.abort();
    },
    close: async () => {
      stop.abort();
      change.abort();
      await running;
    },
  };
}
