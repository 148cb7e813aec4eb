import { type Client, pause, retryDelayMs } from '@espalier/client';
import type { CanaryReading } from '@espalier/contracts';
import type { Logger } from 'pino';
import type { Health } from './health.js';
import { PATIENT } from './until-answered.js';
import { verdictOf } from './verdict.js';

/** What reporting needs. */
export interface CanaryReportOptions {
  readonly client: Client;
  readonly agentId: string;
  readonly health: Health;
  readonly log: Logger;
  readonly random: () => number;
}

/** Readings on their way to the API. */
export interface CanaryReports {
  /** Resolves after one try; what does not get through is tried again until it does, or a later reading replaces it. */
  readonly send: (readings: readonly CanaryReading[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts reporting; nothing is kept beyond the end of the process, as the next start measures anew. */
export function startCanaryReports({ client, agentId, health, log, random }: CanaryReportOptions): CanaryReports {
  const waiting = new Map<string, CanaryReading>();
  const stop = new AbortController();
  let attempt = 0;
  let retrying: Promise<void> | undefined;

  const forget = (sent: readonly CanaryReading[]): void => {
    for (const reading of sent) if (waiting.get(reading.target) === reading) waiting.delete(reading.target);
  };

  async function tryOnce(): Promise<void> {
    const readings = [...waiting.values()];
    try {
      const { status } = await client.agents.reportCanary(agentId, { readings }, { signal: stop.signal });
      forget(readings);
      health.judged(status);
    } catch (error) {
      if (stop.signal.aborted) return;
      const reason = String(error);
      if (verdictOf(error) === 'refused') {
        forget(readings);
        log.error({ reason }, 'the API does not take the canary');
      } else {
        log.warn({ reason }, 'the canary waits to be reported');
      }
    }
  }

  async function retry(): Promise<void> {
    for (attempt = 1; waiting.size > 0 && !stop.signal.aborted; attempt += 1) {
      await pause(retryDelayMs(attempt, PATIENT, random()), stop.signal).catch(() => undefined);
      if (waiting.size > 0 && !stop.signal.aborted) await tryOnce();
    }
    retrying = undefined;
  }

  return {
    send: async (readings) => {
      for (const reading of readings) waiting.set(reading.target, reading);
      if (readings.length === 0 || stop.signal.aborted) return;
      await tryOnce();
      if (waiting.size > 0) retrying ??= retry();
    },
    close: async () => {
      stop.abort();
      await retrying;
    },
  };
}
