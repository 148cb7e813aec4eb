import type { MeasurementSpec } from '@espalier/contracts';
import { relativeHalfWidth } from '../statistics/interval.js';
import { forLooks } from '../statistics/looks.js';
import { pool } from '../statistics/pool.js';
import { halfWidthOf, type Levels, widened } from '../statistics/process-levels.js';
import { contender, leveledRatio } from '../statistics/ratio.js';
import { leveledEstimate } from '../statistics/statistic.js';
import type { Take } from '../statistics/take.js';

export type { Take } from '../statistics/take.js';

/** The part of a spec that says when to stop. */
export type StoppingRule = Pick<
  MeasurementSpec,
  'statistic' | 'precision' | 'minRuns' | 'maxRuns' | 'maxSeconds' | 'seed' | 'processes'
>;

/** Processes that `auto` begins with: the fewest that tell a variance between them from chance at all. */
export const PILOT_PROCESSES = 3;

/** More processes than this are never asked for. */
const MAX_PROCESSES = 64;

/**
 * A narrow interval from fewer independent values than this is too often narrow by chance: with 20 and a strongly
 * correlated series the false alarms of a ratio were 8 %, with 50 they are 6 %.
 */
const MIN_EFFECTIVE_RUNS = 50;

/** Where a rule asks for very few runs, it asks for few independent ones too. */
const MIN_EFFECTIVE_PER_MIN_RUNS = 2;

/** A process's share of them is not taken for less than this. */
const MIN_EFFECTIVE_SHARE = 8;

/** How many independent values the runs must be worth. */
function leastEffective({ minRuns }: StoppingRule): number {
  return Math.min(MIN_EFFECTIVE_RUNS, MIN_EFFECTIVE_PER_MIN_RUNS * minRuns);
}

/**
 * Where several processes share the work, each leaves this much of the precision to the variance between them.
 */
const SHARED_PRECISION = 0.8;

/**
 * Each check comes after 25 % more rounds than the last: looks at growing distances give the chance of a narrow moment a
 * dozen times, not thousands. What they cost is in the intervals (`forLooks`).
 */
const CHECK_GROWTH = 1.25;

/** Whether what was taken so far is enough. */
export interface Verdict {
  readonly converged: boolean;
  /** The widest of the intervals that must be narrow, as a share of its estimate. */
  readonly relativeHalfWidth: number;
  /** Fresh processes in all that are likely to be enough, each with as many rounds as those so far had. */
  readonly processesWanted: number;
}

/** One of the intervals that must be narrow. */
interface Requirement {
  readonly bounds: { value: number; lower: number; upper: number; bounded: boolean };
  readonly effective: number;
  readonly levels: Levels;
}

/**
 * What must be narrow: the statistic of the subject, and the ratio of every pair of artifacts. All artifacts of a comparison
 * are thereby judged; of a measurement, the control only through the ratio.
 */
function requirements(rule: StoppingRule, takes: readonly Take[]): Requirement[] {
  const artifacts = takes[0]?.series.length ?? 0;
  const subjects = takes.flatMap(({ series }) => series.slice(0, 1));
  const { within, levels } = leveledEstimate(pool(subjects), rule.statistic);
  const own: Requirement = { bounds: within, effective: within.effectiveRuns, levels };
  if (artifacts < 2) return [own];
  const contenders = Array.from({ length: artifacts }, (_, index) => contender(takes, index, rule.statistic));
  const ratios = contenders.flatMap((a, index) =>
    contenders.slice(index + 1).map((b): Requirement => {
      const ratio = leveledRatio(a, b);
      return { bounds: ratio.within, effective: ratio.within.effectiveRounds, levels: ratio.levels };
    }),
  );
  return [own, ...ratios];
}

/** Relative half-width of the interval from both levels, corrected for the looks. */
function widthOf({ bounds, effective, levels }: Requirement): number {
  return relativeHalfWidth(forLooks(widened(bounds, levels), effective));
}

function leastProcesses({ processes }: StoppingRule): number {
  return processes === 'auto' ? PILOT_PROCESSES : processes;
}

/** How many processes like those so far would make the interval narrow. */
function processesFor(requirement: Requirement, precision: number): number {
  const { levels } = requirement;
  const now = widthOf(requirement);
  if (!Number.isFinite(now)) return levels.processes * 2;
  const halfWidth = halfWidthOf(levels);
  let wanted = levels.processes;
  while (wanted < MAX_PROCESSES && (now * halfWidthOf(levels, undefined, wanted)) / halfWidth > precision) wanted += 1;
  return wanted;
}

/**
 * Judges everything taken so far. It is enough when the relative half-width of the 95 % interval, from both levels and
 * corrected for the looks, is at most the precision, for the statistic of the subject and for the ratio of the statistic of
 * every pair of artifacts; when each rests on data worth 50 independent values; and when there are as many processes as the
 * rule asks for, of which `auto` means at least 3.
 * @param takes one a process, at least one
 */
export function judge(rule: StoppingRule, takes: readonly Take[]): Verdict {
  const all = requirements(rule, takes);
  const widths = all.map(widthOf);
  const widest = Math.max(...widths);
  const enoughRuns = all.every(({ effective }) => effective >= leastEffective(rule));
  const least = leastProcesses(rule);
  const narrow = enoughRuns && widest <= rule.precision;
  const wanted = Math.max(...all.map((each) => processesFor(each, rule.precision)), narrow ? 0 : takes.length + 1);
  return {
    converged: narrow && takes.length >= least,
    relativeHalfWidth: widest,
    processesWanted: rule.processes === 'auto' ? Math.min(MAX_PROCESSES, Math.max(least, wanted)) : least,
  };
}

/**
 * Whether the rounds of one process are its share of the work: the noise within it is so small that `share` such processes
 * together reach the precision. Alone (`share` 1), it must reach it by itself, as {@link judge} says.
 * @param share how many processes are planned
 */
export function judgeWithin(rule: StoppingRule, take: Take, share: number): boolean {
  return withinWidth(rule, take, share) <= 1;
}

/**
 * The widest interval within one process over what its share may have: at most 1 when the rounds are enough; infinite while
 * they are too few to tell.
 */
export function withinWidth(rule: StoppingRule, take: Take, share: number): number {
  const allowed = share <= 1 ? rule.precision : rule.precision * SHARED_PRECISION * Math.sqrt(share);
  const enough = Math.max(leastEffective(rule) / share, MIN_EFFECTIVE_SHARE);
  const all = requirements(rule, [take]);
  if (all.some(({ effective }) => effective < enough)) return Number.POSITIVE_INFINITY;
  return Math.max(...all.map(({ bounds, effective }) => relativeHalfWidth(forLooks(bounds, effective)))) / allowed;
}

/** After how many rounds to look first, in a process that does one of `share` shares. */
export function firstCheck({ minRuns, maxRuns }: StoppingRule, share = 1): number {
  return Math.max(2, Math.ceil(Math.min(minRuns, maxRuns) / share));
}

/** After how many rounds to look again, when a look after `rounds` was not enough. */
export function nextCheck(rounds: number): number {
  return Math.ceil(rounds * CHECK_GROWTH);
}
