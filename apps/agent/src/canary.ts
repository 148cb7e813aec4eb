import { type Client, pause } from '@espalier/client';
import type { CanaryReading } from '@espalier/contracts';
import type { measureCanary } from '@espalier/measure';
import type { Logger } from 'pino';
import { startCanaryReports } from './canary-reports.js';
import { type CanaryIntervals, isOver, retryAfterMs } from './canary-schedule.js';
import { failureOf } from './failure.js';
import type { Health } from './health.js';
import type { ServedTarget } from './targets.js';
import type { Turns } from './turns.js';

/** Looks at the clock this often at least: no timer lasts for ever. */
const LONGEST_NAP_MS = 3_600_000;

/** What the canary needs. */
export interface CanaryOptions {
  readonly client: Client;
  readonly agentId: string;
  readonly targets: readonly ServedTarget[];
  readonly intervals: CanaryIntervals;
  readonly health: Health;
  /** The canary takes its turn with the jobs. */
  readonly turns: Turns;
  readonly measureCanary: typeof measureCanary;
  readonly log: Logger;
  readonly random: () => number;
  readonly now: () => Date;
}

/** The running canary. */
export interface CanaryLoop {
  /** The canary of the start is measured and reported, or was broken off. */
  readonly started: Promise<void>;
  /** After a job: measures again what is older than its interval. */
  readonly afterJob: () => Promise<void>;
  /** Measures no more, and breaks off what runs. */
  readonly close: () => Promise<void>;
}

/**
 * Measures the canary on every target that the agent serves: at once, after jobs, now and then while there are none, and,
 * with growing pauses, while the device may take no jobs; and reports each reading.
 */
export function startCanary(options: CanaryOptions): CanaryLoop {
  const { targets, intervals, health, turns, measureCanary: measure, log, now } = options;
  const reports = startCanaryReports(options);
  const stop = new AbortController();
  let waking = new AbortController();
  let failures = 0;
  let lastRoundMs = Number.NEGATIVE_INFINITY;

  const ageMs = ({ name }: ServedTarget): number => {
    const reading = health.latest(name);
    return reading === undefined ? Number.POSITIVE_INFINITY : now().getTime() - Date.parse(reading.at);
  };

  async function outcomeOn(provider: string): Promise<CanaryReading['outcome']> {
    try {
      return await measure({ provider }, { signal: stop.signal });
    } catch (error) {
      if (stop.signal.aborted) throw error;
      const { code, message } = failureOf(error);
      return { kind: 'failed', code, message };
    }
  }

  async function read({ name, provider }: ServedTarget): Promise<CanaryReading> {
    const outcome = await outcomeOn(provider);
    if (outcome.kind === 'measured') log.info({ target: name, ...outcome }, 'canary measured');
    else log.warn({ target: name, ...outcome }, 'canary failed');
    return { target: name, at: now().toISOString(), outcome };
  }

  /** What is due is decided when the turn comes: another round may have been faster. */
  async function readDue(isDue: (target: ServedTarget) => boolean): Promise<readonly CanaryReading[]> {
    return turns.take(async () => {
      const readings: CanaryReading[] = [];
      try {
        for (const target of targets.filter(isDue)) readings.push(await read(target));
      } catch {
        // Broken off: the agent stops.
      }
      health.measured(readings);
      lastRoundMs = now().getTime();
      return readings;
    });
  }

  async function round(isDue: (target: ServedTarget) => boolean): Promise<void> {
    if (stop.signal.aborted || !targets.some(isDue)) return;
    await reports.send(await readDue((target) => !stop.signal.aborted && isDue(target)));
    failures = health.allowsJobs() ? 0 : failures + 1;
    if (failures > 0 && !stop.signal.aborted) {
      log.warn({ failures, nextTryMs: retryAfterMs(failures) }, 'the device takes no jobs; its canary is tried again');
    }
  }

  const isDueIdle = (target: ServedTarget): boolean => isOver(intervals.idleMs, ageMs(target));

  function napMs(): number {
    if (!health.allowsJobs()) return retryAfterMs(failures) - (now().getTime() - lastRoundMs);
    if (intervals.idleMs === 0) return LONGEST_NAP_MS;
    return Math.min(...targets.map((target) => intervals.idleMs - ageMs(target)));
  }

  async function nap(): Promise<void> {
    waking = new AbortController();
    const ms = Math.max(0, Math.min(LONGEST_NAP_MS, napMs()));
    await pause(ms, AbortSignal.any([stop.signal, waking.signal])).catch(() => undefined);
  }

  async function run(started: () => void): Promise<void> {
    await round(() => true);
    started();
    while (!stop.signal.aborted) {
      await nap();
      if (health.allowsJobs()) await round(isDueIdle);
      else if (napMs() <= 0) await round(() => true);
    }
  }

  health.onChange(() => waking.abort());
  let running: Promise<void> | undefined;
  const started = new Promise<void>((resolve) => {
    running = run(resolve);
  });
  return {
    started,
    afterJob: async () => {
      if (health.allowsJobs()) await round((target) => isOver(intervals.betweenJobsMs, ageMs(target)));
    },
    close: async () => {
      stop.abort();
      await reports.close();
      await running;
    },
  };
}
