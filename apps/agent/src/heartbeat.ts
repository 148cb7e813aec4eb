import { type Client, pause } from '@espalier/client';
import type { Logger } from 'pino';
import type { Activity } from './activity.js';
import type { Health } from './health.js';
import { verdictOf } from './verdict.js';

/** A heartbeat on its way when the agent stops gets so long. */
const LAST_BEAT_MS = 1_000;

/** What the heartbeat needs. */
export interface HeartbeatOptions {
  readonly client: Client;
  readonly agentId: string;
  readonly everyMs: number;
  readonly activity: Activity;
  readonly health: Health;
  /** The API does not know this agent (any more). Awaited before the next heartbeat. */
  readonly onUnknown: () => Promise<void>;
  readonly log: Logger;
  readonly now: () => Date;
}

/** The running loop. */
export interface HeartbeatLoop {
  readonly close: () => Promise<void>;
}

/** Tells the API every `everyMs`, and at once when it changes, that this agent lives and what it does; hears what to stop. */
export function startHeartbeat(options: HeartbeatOptions): HeartbeatLoop {
  const { client, agentId, everyMs, activity, health, onUnknown, log, now } = options;
  const stop = new AbortController();
  const closing = new AbortController();
  let nap = new AbortController();
  let lastSuccessAt: string | null = null;

  async function beat(): Promise<void> {
    const sent = activity.heartbeat();
    const askedAt = health.revision();
    try {
      const { cancel, health: status } = await client.agents.heartbeat(agentId, sent, { signal: stop.signal });
      lastSuccessAt = now().toISOString();
      health.heard(status, askedAt);
      if (cancel && sent.running !== undefined) {
        const { measurementId, attempt } = sent.running;
        log.info({ measurementId, attempt }, 'the API does not want the running measurement any more');
        activity.cancel(measurementId, attempt);
      }
    } catch (error) {
      if (stop.signal.aborted) return;
      if (verdictOf(error) === 'gone') {
        log.warn({ lastSuccessAt }, 'the API does not know this agent; enrolling again');
        await onUnknown().catch((cause: unknown) => log.error({ reason: String(cause) }, 'enrolling again failed'));
        return;
      }
      log.warn({ nextTryMs: everyMs, lastSuccessAt, reason: String(error) }, 'heartbeat failed');
    }
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      nap = new AbortController();
      await beat();
      if (closing.signal.aborted) return;
      await pause(everyMs, nap.signal).catch(() => undefined); // woken early
    }
  }

  activity.onChange(() => nap.abort());
  const running = run();
  return {
    close: async () => {
      closing.abort();
      nap.abort();
      // One that is on its way is let through: broken off, it could still arrive, after the farewell.
      await Promise.race([running, pause(LAST_BEAT_MS)]);
      stop.abort();
      await running;
    },
  };
}
