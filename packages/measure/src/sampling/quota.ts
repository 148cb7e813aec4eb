import type { Quota } from '../probe/messages.js';
import { PILOT_PROCESSES, type StoppingRule, type Verdict } from './stopping.js';

/** A pilot leaves one part of the caps for more processes, should its own differ from each other. */
const PARTS_LEFT_BY_PILOT = 1;

/** Starting, loading and warming up may take as long as the timed rounds, and for a pilot this long where those are short. */
const MIN_PILOT_OVERHEAD_SECONDS = 5;

/** Every process counts alike as a draw of what differs between them, so none is started for fewer rounds than this... */
const MIN_RUNS = 5;

/** ...or, later, for less than this share of what the ones before had. */
const MIN_SHARE_OF_MEAN = 0.5;

/** The statistics need two values of a process. */
const LEAST_RUNS = 2;

const MS_PER_SECOND = 1000;

/** What a process that has ended had cost and done. */
export interface Spent {
  /** Rounds that were kept. */
  readonly runs: number;
  readonly samplingMs: number;
  readonly overheadMs: number;
  /** The share of the whole that it took on. */
  readonly share: number;
}

/** What starting, loading and warming up may cost over all processes of a pilot, in s. */
export function pilotOverheadSeconds({ maxSeconds }: Pick<StoppingRule, 'maxSeconds'>): number {
  return Math.max(maxSeconds, MIN_PILOT_OVERHEAD_SECONDS);
}

interface Left {
  readonly runsLeft: number;
  readonly secondsLeft: number;
}

function left({ maxRuns, maxSeconds }: StoppingRule, spent: readonly Spent[]): Left {
  return {
    runsLeft: maxRuns - spent.reduce((sum, { runs }) => sum + runs, 0),
    secondsLeft: maxSeconds - spent.reduce((sum, { samplingMs }) => sum + samplingMs, 0) / MS_PER_SECOND,
  };
}

/** Caps that are used up still give a process that has been promised the least that the statistics can use. */
function atLeast({ runsLeft, secondsLeft }: Left): Left {
  return { runsLeft: Math.max(LEAST_RUNS, runsLeft), secondsLeft: Math.max(Number.EPSILON, secondsLeft) };
}

function meanOf(spent: readonly Spent[], of: (each: Spent) => number): number {
  return spent.reduce((sum, each) => sum + of(each), 0) / spent.length;
}

/** Processes of a fixed number or of a pilot: as many as the cap on runs has room for. */
function planned({ processes, maxRuns }: StoppingRule): number {
  return processes === 'auto'
    ? Math.max(1, Math.min(PILOT_PROCESSES, Math.floor(maxRuns / MIN_RUNS)))
    : Math.max(1, Math.min(processes, Math.floor(maxRuns / LEAST_RUNS)));
}

function shareOf(rule: StoppingRule, spent: readonly Spent[]): number {
  return Math.min(planned(rule), spent[0]?.share ?? Number.POSITIVE_INFINITY);
}

/** The rule by which takes are judged: where a pilot had to be smaller, what it was is what is asked for. */
export function judgedBy<Rule extends StoppingRule>(rule: Rule, spent: readonly Spent[]): Rule {
  const wanted = shareOf(rule, spent);
  return rule.processes === 'auto' && wanted === PILOT_PROCESSES ? rule : { ...rule, processes: wanted };
}

/** How many more processes like those so far the caps have room for. */
function room(rule: StoppingRule, spent: readonly Spent[]): number {
  const { runsLeft, secondsLeft } = left(rule, spent);
  const overheadLeft = rule.maxSeconds - spent.reduce((sum, each) => sum + each.overheadMs, 0) / MS_PER_SECOND;
  const runs = MIN_SHARE_OF_MEAN * meanOf(spent, (each) => each.runs);
  const seconds = (MIN_SHARE_OF_MEAN * meanOf(spent, ({ samplingMs }) => samplingMs)) / MS_PER_SECOND;
  const overhead = meanOf(spent, ({ overheadMs }) => overheadMs) / MS_PER_SECOND;
  return Math.floor(Math.min(runsLeft / Math.max(MIN_RUNS, runs), secondsLeft / seconds, overheadLeft / overhead));
}

/** What one of the processes that are planned from the beginning is to do. */
function plannedQuota(rule: StoppingRule, spent: readonly Spent[], share: number): Quota {
  const keepsBack = rule.processes === 'auto' && share === PILOT_PROCESSES;
  const parts = share - spent.length + (keepsBack ? PARTS_LEFT_BY_PILOT : 0);
  return { process: spent.length, share, parts, ...atLeast(left(rule, spent)) };
}

/** What the first fresh process is to do. */
export function firstQuota(rule: StoppingRule): Quota {
  const quota = plannedQuota(rule, [], planned(rule));
  return rule.processes === 'auto' ? { ...quota, overheadSeconds: pilotOverheadSeconds(rule) } : quota;
}

/**
 * What the next fresh process is to do; `undefined`: nothing more is to be done.
 *
 * A fixed number of processes divide what is left between them. `auto` begins with a pilot of 3, which keep a quarter of the
 * caps back, and goes on with as many like them as the verdict asks for and as the caps, and the bound on what is not
 * sampling, have room for. A pilot whose first process finds that starting two more costs too much ends with it.
 * @param spent one a process, at least one
 * @param judge the verdict on everything so far, asked for only when it matters
 */
export function nextQuota(rule: StoppingRule, spent: readonly Spent[], judge: () => Verdict): Quota | undefined {
  const share = shareOf(rule, spent);
  if (spent.length < share) return plannedQuota(rule, spent, share);
  if (rule.processes !== 'auto' || share < PILOT_PROCESSES) return undefined;
  const affordable = room(rule, spent);
  if (affordable < 1) return undefined;
  const { converged, processesWanted } = judge();
  if (converged) return undefined;
  const parts = Math.max(1, Math.min(affordable, processesWanted - spent.length));
  return { process: spent.length, share, parts, ...left(rule, spent) };
}

/** What a process does of the whole, when it knows what it cost so far. */
export interface Part {
  readonly share: number;
  readonly maxRuns: number;
  readonly maxSeconds: number;
}

/**
 * The part of a process: its share of a quota, or a greater one where the others would cost more than they may.
 * @param overheadMs what starting, loading and warming up has cost
 */
export function partOf(quota: Quota, overheadMs: number): Part {
  const { share, parts, runsLeft, secondsLeft, overheadSeconds: allowed = Number.POSITIVE_INFINITY } = quota;
  const affordable = Math.max(1, Math.floor((allowed * MS_PER_SECOND) / overheadMs));
  const divisor = affordable < share ? affordable : parts;
  return {
    share: Math.min(share, affordable),
    maxRuns: Math.max(LEAST_RUNS, Math.floor(runsLeft / divisor)),
    maxSeconds: secondsLeft / divisor,
  };
}
