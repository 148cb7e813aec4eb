import type { Pacing } from '@espalier/contracts';
import type { Punctuality } from '../probe/messages.js';
import type { Random } from '../statistics/random.js';
import type { Clock } from './artifact.js';

const MS_PER_SECOND = 1000;

/** Says when the next run may begin. */
export interface Pacer {
  /** Waits until the next run is due; a run that is late already is not held up. */
  turn(): Promise<void>;
  /** Nothing is due while somebody else uses the device: what follows moves by as long as this lasts. */
  pause(): void;
  resume(): void;
  /** How well the runs kept to a rate; `undefined` without one. */
  punctuality(): Punctuality | undefined;
}

/** Senses of a pacer. */
export interface PacerOptions {
  readonly now: Clock;
  /** Sleeps until the clock shows so much. */
  readonly sleepUntil: (dueMs: number) => Promise<void>;
  readonly random: Random;
}

const backToBack: Pacer = {
  turn: () => Promise.resolve(),
  pause: () => undefined,
  resume: () => undefined,
  punctuality: () => undefined,
};

/** An idle gap before each run: after the one before, whatever else was done in between. */
function idleGap(gapMs: number, { now, sleepUntil }: PacerOptions): Pacer {
  return { ...backToBack, turn: () => sleepUntil(now() + gapMs) };
}

/** Arrivals at a rate: constant, or a Poisson process, whose gaps are exponential. */
class Arrivals implements Pacer {
  readonly #options: PacerOptions;
  readonly #gapMs: () => number;
  #dueMs: number | undefined;
  #firstMs = 0;
  #lastMs = 0;
  #pausedAtMs = 0;
  #runs = 0;
  #lateRuns = 0;

  constructor(gapMs: () => number, options: PacerOptions) {
    this.#gapMs = gapMs;
    this.#options = options;
  }

  async turn(): Promise<void> {
    const { now, sleepUntil } = this.#options;
    this.#lastMs = now();
    if (this.#dueMs === undefined) this.#dueMs = this.#firstMs = this.#lastMs;
    else if (this.#lastMs > this.#dueMs) this.#lateRuns += 1;
    else {
      await sleepUntil(this.#dueMs);
      this.#lastMs = now();
    }
    this.#runs += 1;
    this.#dueMs += this.#gapMs();
  }

  pause(): void {
    this.#pausedAtMs = this.#options.now();
  }

  resume(): void {
    const pausedMs = this.#options.now() - this.#pausedAtMs;
    if (this.#dueMs !== undefined) this.#dueMs += pausedMs;
    this.#firstMs += pausedMs;
  }

  punctuality(): Punctuality {
    const gaps = Math.max(0, this.#runs - 1);
    const elapsedMs = this.#lastMs - this.#firstMs;
    const achievedPerSecond = elapsedMs > 0 ? (gaps * MS_PER_SECOND) / elapsedMs : 0;
    return { runs: this.#runs, lateRuns: this.#lateRuns, achievedPerSecond };
  }
}

/**
 * The pacer of a spec. A request rate is an open loop: requests arrive whether or not the run before has ended, so one that
 * finds it going on begins late, at once after it, and the arrivals behind it do not wait for that.
 */
export function pacerOf(pacing: Pacing, options: PacerOptions): Pacer {
  switch (pacing.kind) {
    case 'back-to-back':
      return backToBack;
    case 'idle-gap':
      return idleGap(pacing.gapMs, options);
    case 'request-rate': {
      const meanMs = MS_PER_SECOND / pacing.perSecond;
      const { random } = options;
      const poisson = pacing.arrivals === 'poisson';
      return new Arrivals(poisson ? () => -Math.log(1 - random()) * meanMs : () => meanMs, options);
    }
    default:
      return pacing satisfies never;
  }
}

/** Mean time from one run's beginning to the next that a pacing asks for at least, in ms. */
export function leastGapMs(pacing: Pacing): number {
  switch (pacing.kind) {
    case 'back-to-back':
      return 0;
    case 'idle-gap':
      return pacing.gapMs;
    case 'request-rate':
      return MS_PER_SECOND / pacing.perSecond;
    default:
      return pacing satisfies never;
  }
}
