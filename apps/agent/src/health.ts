import type { CanaryReading, CanaryStamp, HealthStatus } from '@espalier/contracts';

/** What this agent knows of its device's health: its own readings of the canary, and what the API makes of them. */
export interface Health {
  /** Whether jobs may be taken: the API does not say `failed`, and no canary of our own failed that nobody judged yet. */
  readonly allowsJobs: () => boolean;
  /** Changes with everything that is learnt; an answer to what was asked before the latest change is out of date. */
  readonly revision: () => number;
  /** What the canary gave. The latest reading of a target counts. */
  readonly measured: (readings: readonly CanaryReading[]) => void;
  /** What the API says to readings, or to a claim. */
  readonly judged: (status: HealthStatus) => void;
  /** What the API says to a heartbeat that was sent at a revision. No longer `failed` without a reading: a person cleared it. */
  readonly heard: (status: HealthStatus, askedAt: number) => void;
  /** The latest reading of a target. */
  readonly latest: (target: string) => CanaryReading | undefined;
  /** The latest reading of a target as results carry it; `undefined` where there is none, or it failed. */
  readonly stamp: (target: string) => CanaryStamp | undefined;
  /** Calls back when `allowsJobs` has changed. */
  readonly onChange: (listener: (allowsJobs: boolean) => void) => void;
}

/** Makes the health of a device of which nothing is known. */
export function createHealth(): Health {
  const readings = new Map<string, CanaryReading>();
  const listeners: ((allowsJobs: boolean) => void)[] = [];
  let status: HealthStatus = 'unknown';
  let doubtful = false;
  let revision = 0;

  const allowsJobs = (): boolean => status !== 'failed' && !doubtful;

  function change(apply: () => void): void {
    const before = allowsJobs();
    apply();
    revision += 1;
    if (allowsJobs() !== before) for (const listener of listeners) listener(!before);
  }

  return {
    allowsJobs,
    revision: () => revision,
    measured: (latest) =>
      change(() => {
        for (const reading of latest) readings.set(reading.target, reading);
        doubtful = [...readings.values()].some(({ outcome }) => outcome.kind === 'failed');
      }),
    judged: (now) =>
      change(() => {
        status = now;
      }),
    heard: (now, askedAt) => {
      if (askedAt !== revision || now === status) return;
      change(() => {
        if (status === 'failed') doubtful = false;
        status = now;
      });
    },
    latest: (target) => readings.get(target),
    stamp: (target) => {
      const reading = readings.get(target);
      if (reading?.outcome.kind !== 'measured') return undefined;
      const { p50Ms, p50Ci } = reading.outcome;
      return { p50Ms, p50Ci, at: reading.at };
    },
    onChange: (listener) => listeners.push(listener),
  };
}
