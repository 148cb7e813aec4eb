import { type Random, shuffled } from '../statistics/random.js';
import { Sample } from '../statistics/sample.js';
import type { ArtifactSet, Clock, TimedArtifact } from './artifact.js';
import type { RoundsSoFar } from './remaining.js';
import { firstCheck, judge, nextCheck, type StoppingRule, type Verdict } from './stopping.js';

/** Timing may cost at most this share of what is timed; shorter runs are timed in groups. */
const MAX_TIMER_SHARE = 0.001;

/**
 * Rounds go on for at least this long: a machine's noise lives at scales of 10 to 100 ms (scheduler, clock, neighbours), and
 * a window shorter than that sees one moment of it.
 */
const MIN_SAMPLING_MS = 500;

/**
 * Looking at the samples pushes the model out of the caches. Below this latency that shows, so the round after a look is
 * run and not kept.
 */
const REWARM_BELOW_MS = 20;

/** What the rounds gave. */
export interface Rounds {
  /** Per artifact, a value a round, in ms per run. */
  readonly samplesMs: readonly (readonly number[])[];
  /** When each round began, ms after the first. */
  readonly atMs: readonly number[];
  /** Per artifact: how many runs were timed together to make one value. */
  readonly runsPerSample: readonly number[];
  /** Rounds that were run and not kept. */
  readonly droppedRounds: number;
}

/** Senses of the rounds. */
export interface RoundsOptions {
  readonly now: Clock;
  readonly random: Random;
  /** Per artifact, how long a run takes, in ms, from the warm-up. */
  readonly typicalMs: readonly number[];
  /** What one reading of the clock costs, in ms. */
  readonly timerCostMs: number;
  readonly onRound: (soFar: RoundsSoFar) => void;
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
  readonly samplesMs: number[];
}

/** Times every artifact once, in random order; the caller decides what becomes of the times. */
async function timeRound(tracks: readonly Track[], random: Random): Promise<ReadonlyMap<Track, number>> {
  const times = new Map<Track, number>();
  for (const track of shuffled(tracks, random)) times.set(track, (await track.artifact.time(track.runs)) / track.runs);
  return times;
}

function judgeTracks(rule: StoppingRule, tracks: readonly Track[]): Verdict {
  const [subject, control] = tracks.map(({ samplesMs }) => Sample.of(samplesMs));
  if (subject === undefined) throw new RangeError('nothing to measure');
  return judge(rule, subject, control);
}

/**
 * Runs rounds until the rule is met or a cap is reached. In each round every artifact of the set runs once, in random
 * order, so that slow drift hits all alike and none profits from its place.
 */
export async function runRounds(artifacts: ArtifactSet, rule: StoppingRule, options: RoundsOptions): Promise<Rounds> {
  const { now, random, typicalMs, timerCostMs, onRound } = options;
  const tracks: readonly Track[] = artifacts.map((artifact, index) => ({
    artifact,
    runs: runsPerSample(rule.statistic, typicalMs[index] ?? Number.POSITIVE_INFINITY, timerCostMs),
    samplesMs: [],
  }));
  const maxRounds = Math.max(2, rule.maxRuns);
  const maxMs = rule.maxSeconds * 1000;
  const minMs = Math.min(MIN_SAMPLING_MS, maxMs);
  const rewarm = Math.min(...typicalMs) < REWARM_BELOW_MS;
  const atMs: number[] = [];
  const startMs = now();
  let droppedRounds = 0;
  let checkAt = firstCheck(rule);
  let relativeHalfWidth: number | undefined;
  for (let done = false; !done; ) {
    atMs.push(now() - startMs);
    for (const [{ samplesMs }, ms] of await timeRound(tracks, random)) samplesMs.push(ms);
    const rounds = atMs.length;
    const elapsedMs = now() - startMs;
    onRound({ rounds, elapsedMs, relativeHalfWidth });
    done = rounds >= maxRounds || (rounds >= 2 && elapsedMs >= maxMs);
    if (done || rounds < checkAt || elapsedMs < minMs) continue;
    const verdict = judgeTracks(rule, tracks);
    done = verdict.converged;
    ({ relativeHalfWidth } = verdict);
    checkAt = nextCheck(rounds);
    if (done || !rewarm) continue;
    await timeRound(tracks, random);
    droppedRounds += 1;
  }
  return {
    samplesMs: tracks.map(({ samplesMs }) => samplesMs),
    atMs,
    runsPerSample: tracks.map(({ runs }) => runs),
    droppedRounds,
  };
}
