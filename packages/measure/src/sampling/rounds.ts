import { type Random, randomBelow } from '../statistics/random.js';
import { Sample } from '../statistics/sample.js';
import type { ArtifactSet, Clock, TimedArtifact } from './artifact.js';
import type { Pacer } from './pacing.js';
import type { Part } from './quota.js';
import type { RoundsSoFar } from './remaining.js';
import { Series } from './series.js';
import { firstCheck, nextCheck, type StoppingRule, withinWidth } from './stopping.js';

/** Timing may cost at most this share of what is timed; shorter runs are timed in groups. */
const MAX_TIMER_SHARE = 0.001;

/**
 * Rounds of all processes together go on for at least this long: a machine's noise lives at scales of 10 to 100 ms
 * (scheduler, clock, neighbours), and a window shorter than that sees one moment of it.
 */
const MIN_SAMPLING_MS = 500;

/** And in each of several processes for at least this long. */
const MIN_PROCESS_MS = 200;

/**
 * Looking at the samples pushes the model out of the caches, and so does telling the parent. Below this latency that shows
 * where runs follow each other at once, so the round after it is run and not kept.
 */
const REWARM_BELOW_MS = 20;

/** With idle time between runs a device goes to another state than warm-up left it in: so many rounds are not kept... */
const SETTLING_ROUNDS = 3;

/** ...unless they take more than this share of the time there is. */
const SETTLING_SHARE = 0.1;

/** Telling of progress disturbs what it tells of. */
const PROGRESS_INTERVAL_MS = 500;

/** What the rounds gave. */
export interface Rounds {
  /** Per artifact, a value a round, in ms per run. */
  readonly samplesMs: readonly Float64Array[];
  /** When each round began, ms after the first. */
  readonly atMs: Float64Array;
  /** When the first of them began, on the clock of the rounds. */
  readonly startMs: number;
  /** How long all rounds took, those that were not kept included. */
  readonly elapsedMs: number;
  /** Per artifact: how many runs were timed together to make one value. */
  readonly runsPerSample: readonly number[];
  /** Rounds that were run and not kept. */
  readonly droppedRounds: number;
}

/** Senses of the rounds. */
export interface RoundsOptions {
  readonly now: Clock;
  readonly random: Random;
  readonly pacer: Pacer;
  /** Runs follow each other at once, so that several may be timed as one. */
  readonly backToBack: boolean;
  /** Per artifact, how long a run takes, in ms, from the warm-up. */
  readonly typicalMs: readonly number[];
  /** What one reading of the clock costs, in ms. */
  readonly timerCostMs: number;
  /** Called twice a second at most. */
  readonly onProgress: (soFar: RoundsSoFar) => void;
}

/**
 * How many runs to time together so that the timer costs at most a thousandth of what it times. A group's mean hides the
 * tail of its runs, so for a tail statistic, and wherever the timer is cheap enough, it is one.
 */
export function runsPerSample(statistic: StoppingRule['statistic'], typicalMs: number, timerCostMs: number): number {
  const averageIsWanted = statistic === 'p50' || statistic === 'mean';
  return averageIsWanted ? Math.max(1, Math.ceil(timerCostMs / MAX_TIMER_SHARE / typicalMs)) : 1;
}

interface Track {
  readonly artifact: TimedArtifact;
  readonly runs: number;
  readonly samplesMs: Series;
  latestMs: number;
}

/** Shuffles in place (Fisher and Yates 1938; Durstenfeld 1964): nothing is allocated between runs. */
function shuffle(tracks: Track[], random: Random): void {
  for (let last = tracks.length - 1; last > 0; last--) {
    const other = randomBelow(random, last + 1);
    const [a, b] = [tracks[last], tracks[other]];
    if (a !== undefined && b !== undefined) [tracks[last], tracks[other]] = [b, a];
  }
}

/** Times every artifact once, in random order; the caller decides what becomes of the times. */
async function timeRound(order: Track[], { pacer, random }: RoundsOptions): Promise<void> {
  shuffle(order, random);
  for (const track of order) {
    await pacer.turn();
    track.latestMs = (await track.artifact.time(track.runs)) / track.runs;
  }
}

/** What is known while the rounds go on. */
class Ledger {
  readonly #options: RoundsOptions;
  readonly #startMs: number;
  readonly #tracks: readonly Track[];
  readonly #atMs = new Series();
  #firstMs: number | undefined;
  #dropped = 0;
  #nextProgressMs = 0;

  constructor(tracks: readonly Track[], options: RoundsOptions) {
    this.#tracks = tracks;
    this.#options = options;
    this.#startMs = options.now();
  }

  get rounds(): number {
    return this.#atMs.length;
  }

  get elapsedMs(): number {
    return this.#options.now() - this.#startMs;
  }

  get dropped(): number {
    return this.#dropped;
  }

  keep(beganMs: number): void {
    this.#firstMs ??= beganMs;
    this.#atMs.push(beganMs - this.#firstMs);
    for (const { samplesMs, latestMs } of this.#tracks) samplesMs.push(latestMs);
  }

  drop(): void {
    this.#dropped += 1;
  }

  /** The samples so far. */
  series(): Sample[] {
    return this.#tracks.map(({ samplesMs }) => Sample.of(samplesMs.values()));
  }

  /** Tells of progress if it is time to; whether it did. */
  told(elapsedMs: number, relativeHalfWidth: number | undefined): boolean {
    if (elapsedMs < this.#nextProgressMs) return false;
    this.#nextProgressMs = elapsedMs + PROGRESS_INTERVAL_MS;
    this.#options.onProgress({ rounds: this.rounds, elapsedMs, relativeHalfWidth });
    return true;
  }

  close(): Rounds {
    return {
      samplesMs: this.#tracks.map(({ samplesMs }) => samplesMs.values()),
      atMs: this.#atMs.values(),
      startMs: this.#firstMs ?? this.#startMs,
      elapsedMs: this.elapsedMs,
      runsPerSample: this.#tracks.map(({ runs }) => runs),
      droppedRounds: this.#dropped,
    };
  }
}

async function settle(order: Track[], ledger: Ledger, options: RoundsOptions, maxMs: number): Promise<void> {
  if (options.backToBack) return;
  do {
    await timeRound(order, options);
    ledger.drop();
  } while (ledger.dropped < SETTLING_ROUNDS && ledger.elapsedMs < SETTLING_SHARE * maxMs);
}

/**
 * Runs rounds until the part of the work that is this process's is done, or a cap is reached. In each round every artifact of
 * the set runs once, in random order, so that slow drift hits all alike and none profits from its place.
 */
export async function runRounds(
  artifacts: ArtifactSet,
  rule: StoppingRule,
  { share, maxRuns, maxSeconds }: Part,
  options: RoundsOptions,
): Promise<Rounds> {
  const { now, pacer, typicalMs, timerCostMs, backToBack } = options;
  const tracks = artifacts.map((artifact, index): Track => {
    const typical = backToBack ? (typicalMs[index] ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
    return {
      artifact,
      runs: runsPerSample(rule.statistic, typical, timerCostMs),
      samplesMs: new Series(),
      latestMs: 0,
    };
  });
  const order = [...tracks];
  const ledger = new Ledger(tracks, options);
  const maxMs = maxSeconds * 1000;
  const minMs = Math.min(Math.max(MIN_SAMPLING_MS / share, Math.min(MIN_PROCESS_MS, MIN_SAMPLING_MS)), maxMs);
  const rewarm = backToBack && Math.min(...typicalMs) < REWARM_BELOW_MS;
  await settle(order, ledger, options, maxMs);
  let checkAt = firstCheck({ ...rule, maxRuns }, share);
  let relativeHalfWidth: number | undefined;
  for (;;) {
    const beganMs = now();
    await timeRound(order, options);
    ledger.keep(beganMs);
    const { rounds, elapsedMs } = ledger;
    if (rounds >= Math.max(2, maxRuns) || (rounds >= 2 && elapsedMs >= maxMs)) break;
    const look = rounds >= checkAt && elapsedMs >= minMs;
    if (look) {
      pacer.pause();
      const width = withinWidth(rule, { series: ledger.series() }, share);
      pacer.resume();
      if (width <= 1) break;
      relativeHalfWidth = width * rule.precision;
      checkAt = nextCheck(rounds);
    }
    const told = ledger.told(elapsedMs, relativeHalfWidth);
    if (!rewarm || !(look || told)) continue;
    await timeRound(order, options);
    ledger.drop();
  }
  return ledger.close();
}
