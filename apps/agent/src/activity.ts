import type { Heartbeat, MeasurementProgress } from '@espalier/contracts';

/** Why work was broken off: the API does not want it any more, or the agent stops. */
export type BreakReason = 'cancelled' | 'stopped';

/** The reason of an aborted signal of `Work`. */
export class BrokenOff extends Error {
  readonly reason: BreakReason;

  constructor(reason: BreakReason) {
    super(`the measurement was ${reason}`);
    this.name = 'BrokenOff';
    this.reason = reason;
  }
}

/** One job that is being worked on. */
export interface Work {
  /** Aborts with a `BrokenOff`. */
  readonly signal: AbortSignal;
  /** The job is ours: from now on heartbeats name it, and extend its lease. */
  readonly claimed: (measurement: { readonly measurementId: string; readonly attempt: number }) => void;
  readonly progress: (progress: MeasurementProgress) => void;
  /** Ending twice is as once. */
  readonly end: () => void;
}

/** What the agent does right now; the only state that its loops share. */
export interface Activity {
  readonly heartbeat: () => Heartbeat;
  /** One job at a time. */
  readonly begin: () => Work;
  /** Breaks off this very attempt, should it still be the running one. */
  readonly cancel: (measurementId: string, attempt: number) => void;
  /** From now on the agent takes no jobs; heartbeats say so. */
  readonly drain: () => void;
  /** Drains, and breaks off what is running. */
  readonly stop: () => void;
  /** Calls back when a heartbeat would now say something new that should not wait. */
  readonly onChange: (listener: () => void) => void;
}

type Running = NonNullable<Heartbeat['running']>;

/** Makes the state of an agent that does nothing yet. */
export function createActivity(): Activity {
  let listener: (() => void) | undefined;
  let draining = false;
  let stopped = false;
  let controller: AbortController | undefined;
  let running: Running | undefined;

  const breakOff = (reason: BreakReason): void => controller?.abort(new BrokenOff(reason));

  function begin(): Work {
    const own = new AbortController();
    controller = own;
    if (stopped) breakOff('stopped');
    return {
      signal: own.signal,
      claimed: ({ measurementId, attempt }) => {
        running = { measurementId, attempt };
        listener?.();
      },
      progress: (progress) => {
        if (running === undefined) return;
        const entersPhase = running.progress?.phase !== progress.phase;
        running = { ...running, progress };
        if (entersPhase) listener?.();
      },
      end: () => {
        if (controller !== own) return;
        controller = undefined;
        running = undefined;
        listener?.();
      },
    };
  }

  return {
    heartbeat: () => ({
      state: draining ? 'draining' : controller === undefined ? 'idle' : 'busy',
      ...(running === undefined ? {} : { running }),
    }),
    begin,
    cancel: (measurementId, attempt) => {
      if (running?.measurementId === measurementId && running.attempt === attempt) breakOff('cancelled');
    },
    drain: () => {
      draining = true;
      listener?.();
    },
    stop: () => {
      draining = true;
      stopped = true;
      breakOff('stopped');
    },
    onChange: (next) => {
      listener = next;
    },
  };
}
