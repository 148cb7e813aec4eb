import type { EnvironmentSample } from '@espalier/contracts';
import { Looker, thinOut } from './look.js';
import { type System, thisSystem } from './system.js';

const DEFAULT_EVERY_MS = 1000;

/** As many as a chart of a run needs. */
const MAX_SAMPLES = 120;

/** Long before memory matters, looks are put together, so that a day's watch is as small as a minute's. */
const MAX_KEPT = 20 * MAX_SAMPLES;

/** What to watch. */
export interface WatchOptions {
  readonly everyMs?: number;
  /** The moment that the samples' `atMs` count from, such as `at` of the snapshot before; the start of the watch by default. */
  readonly since?: string | undefined;
  /** The GPU that the measurement runs on, as nvidia-smi counts; absent: no GPU is looked at. */
  readonly gpu?: number | undefined;
  readonly system?: System;
}

/** A watch that is on. */
export interface EnvironmentWatch {
  /** Ends it. At most 120 samples, over the whole time evenly. */
  stop(): Promise<readonly EnvironmentSample[]>;
}

/**
 * Looks at the machine about once a second while something else is measured in another process: a few small files, and
 * nvidia-smi every five seconds when a GPU is watched. It keeps no process alive.
 */
export function watchEnvironment(options: WatchOptions = {}): EnvironmentWatch {
  const { everyMs = DEFAULT_EVERY_MS, system = thisSystem, since, gpu } = options;
  const looker = new Looker(system, since === undefined ? system.now().getTime() : Date.parse(since), gpu);
  let samples: EnvironmentSample[] = [];
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const lookOnce = async (): Promise<void> => {
    const sample = await looker.look();
    if (sample !== undefined && !stopped) samples.push(sample);
    if (samples.length >= MAX_KEPT) samples = [...thinOut(samples, MAX_KEPT / 2)];
  };
  const lookLater = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      looking = lookOnce().then(lookLater);
    }, everyMs).unref();
  };
  let looking = looker.begin().then(lookLater);

  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await looking;
      return thinOut(samples, MAX_SAMPLES);
    },
  };
}
