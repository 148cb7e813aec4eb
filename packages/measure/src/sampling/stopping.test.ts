import { expect, test } from '@jest/globals';
import { type PartialMeasurementSpec, resolveSpec } from '@espalier/contracts';
import { seededRandom } from '../statistics/random.js';
import { ratioOfStatistics } from '../statistics/ratio.js';
import { Sample } from '../statistics/sample.js';
import { statisticEstimate } from '../statistics/statistic.js';
import { latencies, normal, shareOf } from '../testing/series.js';
import { remainingMs } from './remaining.js';
import { firstCheck, judge, judgeWithin, nextCheck, type StoppingRule, type Take, withinWidth } from './stopping.js';

/** One process is enough. */
const alone = (rule: PartialMeasurementSpec = {}): StoppingRule => resolveSpec({ processes: 1, ...rule });

function take(...series: Sample[]): Take {
  return { series };
}

test('both intervals must be narrow: a noisy control keeps a steady subject waiting', () => {
  const subject = Sample.of(latencies(200, 0, seededRandom(1)));
  const noisy = Sample.of(latencies(200, 0, seededRandom(2)).map((ms) => ms ** 5));
  expect(judge(alone(), [take(subject)]).converged).toBe(true);
  const verdict = judge(alone(), [take(subject, noisy)]);
  expect(verdict.converged).toBe(false);
  expect(verdict.relativeHalfWidth).toBeGreaterThan(judge(alone(), [take(subject)]).relativeHalfWidth);
});

function independent(n: number): Take {
  return take(Sample.of(latencies(n, 0, seededRandom(1))));
}

test('a tail is not precise before its interval has an upper end', () => {
  const rule = alone({ statistic: 'p99', precision: 0.1 });
  expect(judge(rule, [independent(300)])).toMatchObject({
    converged: false,
    relativeHalfWidth: Number.POSITIVE_INFINITY,
  });
  expect(judge(rule, [independent(1000)]).converged).toBe(true);
});

test('runs that are worth only a few independent ones do not converge, however alike they are', () => {
  const slowlyWandering = Array.from({ length: 60 }, (_, round) => 10 + 0.01 * Math.sin(round / 15));
  expect(judge(alone(), [take(Sample.of(slowlyWandering))]).converged).toBe(false);
});

test('looks come at growing distances, the first at the share of minRuns or at the cap before it', () => {
  expect(firstCheck(alone({ minRuns: 30 }))).toBe(30);
  expect(firstCheck(alone({ minRuns: 30, maxRuns: 10 }))).toBe(10);
  expect(firstCheck(alone({ minRuns: 30 }), 3)).toBe(10);
  expect([30, 38, 48].map(nextCheck)).toEqual([38, 48, 60]);
});

test('auto wants three processes at least, a number wants that number', () => {
  const auto = resolveSpec({});
  expect(judge(auto, [independent(2000)])).toMatchObject({ converged: false, processesWanted: 3 });
  expect(judge(alone(), [independent(2000)])).toMatchObject({ converged: true, processesWanted: 1 });
  expect(judge(alone({ processes: 5 }), [independent(2000)])).toMatchObject({ converged: false, processesWanted: 5 });
});

function lucky(processes: number, betweenSd: number, runs: number): Take[] {
  const random = seededRandom(7);
  return Array.from({ length: processes }, () => {
    const luck = betweenSd * normal(random);
    return take(Sample.of(latencies(runs, 0.3, random).map((ms) => ms * Math.exp(luck))));
  });
}

test('processes that agree are enough; those that differ ask for more, the more the more they differ', () => {
  const auto = resolveSpec({});
  expect(judge(auto, lucky(4, 0, 300)).converged).toBe(true);
  const some = judge(auto, lucky(4, 0.01, 300));
  const much = judge(auto, lucky(4, 0.02, 300));
  expect([some.converged, much.converged]).toEqual([false, false]);
  expect(some.processesWanted).toBeGreaterThan(4);
  expect(much.processesWanted).toBeGreaterThan(some.processesWanted);
  expect(judge(auto, lucky(4, 0.3, 300)).processesWanted).toBe(64);
});

test('a process that does one of several shares needs fewer rounds than one that does all', () => {
  const enough = (share: number): number => {
    const all = latencies(4000, 0.3, seededRandom(3));
    let rounds = firstCheck(alone(), share);
    while (!judgeWithin(alone({ precision: 0.005 }), take(Sample.of(all.slice(0, rounds))), share))
      rounds = nextCheck(rounds);
    return rounds;
  };
  expect(enough(3)).toBeLessThan(0.7 * enough(1));
  expect(withinWidth(alone(), independent(10), 1)).toBe(Number.POSITIVE_INFINITY);
});

test.each([0, 0.5, 0.8])('a stop at the first narrow interval keeps coverage and false alarms, with ρ = %d', (rho) => {
  const TRIALS = 80;
  const NOISE = 3 * Math.sqrt((0.95 * 0.05) / TRIALS);
  const random = seededRandom(21);
  let covered = 0;
  const alarms = shareOf(TRIALS, () => {
    const [subject, control] = [latencies(1500, rho, random), latencies(1500, rho, random)];
    const upTo = (rounds: number): Take =>
      take(Sample.of(subject.slice(0, rounds)), Sample.of(control.slice(0, rounds)));
    let rounds = firstCheck(alone());
    while (rounds < subject.length && !judgeWithin(alone(), upTo(rounds), 1)) rounds = nextCheck(rounds);
    const taken = upTo(rounds);
    const estimate = statisticEstimate(taken.series.slice(0, 1), 'p50');
    if (estimate.lower <= 10 && 10 <= estimate.upper) covered += 1;
    const { lower, upper } = ratioOfStatistics([taken], 0, 1, 'p50');
    return lower > 1 || upper < 1;
  });
  expect(covered / TRIALS).toBeGreaterThan(0.95 - 0.02 - NOISE);
  expect(alarms).toBeLessThan(0.06 + NOISE);
});

test('what is left is estimated from how the interval narrows, and never beyond the caps', () => {
  const rule = alone({ precision: 0.01, minRuns: 30, maxRuns: 5000, maxSeconds: 30 });
  const at = (rounds: number, relativeHalfWidth: number | undefined, elapsedMs = rounds * 10): number =>
    remainingMs(rule, { rounds, elapsedMs, relativeHalfWidth });
  expect(at(10, undefined)).toBeCloseTo(200);
  expect(at(100, 0.02)).toBeCloseTo(3000);
  expect(at(100, 0.01)).toBe(0);
  expect(at(100, 0.5)).toBe(29_000);
  expect(at(100, undefined, 40_000)).toBe(0);
});

test('the other processes are taken to be like this one, with their start', () => {
  const rule = alone({ precision: 0.01, minRuns: 30, maxRuns: 5000, maxSeconds: 30 });
  const soFar = { rounds: 100, elapsedMs: 1000, relativeHalfWidth: 0.02 };
  const quota = { share: 4, processesLeft: 4, perProcessMs: 500 };
  expect(remainingMs(rule, soFar, quota)).toBeCloseTo(3 * (500 + 1000));
});
