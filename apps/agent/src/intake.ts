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

/** The flow of jobs. */
export interface Intake {
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

/** Begins to take jobs as soon as Redis is there, one at a time over all targets. */
export function startIntake(options: IntakeOptions): Intake {
  const { log, random } = options;
  const stop = new AbortController();
  const flowing = untilAnswered({ what: 'queue', signal: stop.signal, log, random }, () => connect(options)).then(
    (flow) => {
      log.info({ targets: options.targets }, 'waiting for jobs');
      return flow;
    },
    () => null, // stopped before Redis was there
  );
  return {
    close: async () => {
      stop.abort();
      const flow = await flowing;
      await flow?.consumer.close();
      await flow?.closeQueue();
    },
  };
}
