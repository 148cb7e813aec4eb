import type { PairedMeasurement } from '../latency/estimate.js';
import type { Solver } from '../solver/solve.js';
import { type Choice, chooseNext } from './choose.js';
import {
  isFinal,
  type MeasurementWish,
  PLAN_STATE_VERSION,
  type PlanEvent,
  type PlanFailure,
  type PlanKnowledge,
  type PlanSetup,
  type PlanState,
  type PlanStep,
  type Round,
  type TargetData,
} from './state.js';
import { alreadyMet, judge, missedByNoise } from './verdict.js';
import { ablationWishes, baseWishes, verificationWishes } from './wishes.js';

type Measuring = Extract<PlanState, { phase: 'measuring' }>;
type Verifying = Extract<PlanState, { phase: 'verifying' }>;
type Measured = Extract<PlanEvent, { type: 'measured' }>;

/** A set that misses its limit by noise alone is measured once more, with intervals this many times narrower. */
const SHARPER = 2;

/** Rounds spent on keeping more importance once a set is verified. Each costs one measurement per target. */
const MAX_IMPROVEMENTS = 2;

/** A plan that has just been asked for. */
export function startPlan(setup: PlanSetup): PlanStep {
  return { state: { version: PLAN_STATE_VERSION, setup, phase: 'scoring' }, effects: [{ type: 'score' }] };
}

/**
 * One step of a plan: pure, and the same whoever takes it. An event that is late, doubled or of another phase changes
 * nothing.
 * @throws PlannerError when the measurements make no sense or the solver fails
 */
export function stepPlan(state: PlanState, event: PlanEvent, solver: Solver): PlanStep {
  if (isFinal(state)) return stay(state);
  switch (event.type) {
    case 'cancelled':
      return stay({ ...state, phase: 'cancelled' });
    case 'failed':
      return stay({ ...state, phase: 'failed', failure: event.failure });
    case 'scored':
      return state.phase === 'scoring' ? onScored(state.setup, event.importances) : stay(state);
    case 'measured':
      if (state.phase === 'measuring') return onMeasured(state, event, solver);
      if (state.phase === 'verifying') return onVerified(state, event, solver);
      return stay(state);
    default:
      return event satisfies never;
  }
}

const stay = (state: PlanState): PlanStep => ({ state, effects: [] });

function onScored(setup: PlanSetup, scores: readonly { index: number; importance: number | null }[]): PlanStep {
  const importanceOf = new Map(scores.map(({ index, importance }) => [index, importance]));
  const importances = setup.free.flatMap((index) => {
    const importance = importanceOf.get(index) ?? null;
    return importance === null ? [] : [{ index, importance }];
  });
  if (importances.length === 0 && setup.free.length > 0) {
    const failure = {
      code: 'criterion-not-applicable',
      message: 'the criterion gives no removable block an importance',
    };
    return stay({ version: PLAN_STATE_VERSION, setup, phase: 'failed', failure });
  }
  const scored = new Set(importances.map(({ index }) => index));
  const setAside = setup.free
    .filter((index) => !scored.has(index))
    .map((index) => ({ index, reason: 'no-importance' as const }));
  const waiting = baseWishes(setup);
  const data = setup.targets.map(() => ({ base: [], ablations: [], verifications: [] }));
  return {
    state: { version: PLAN_STATE_VERSION, setup, phase: 'measuring', importances, setAside, data, rounds: [], waiting },
    effects: [{ type: 'measure', wishes: waiting }],
  };
}

/** The wish of a measured event and what is still waited for without it; undefined: it is not waited for. */
function takeWish(
  waiting: readonly MeasurementWish[],
  key: string,
): { wish: MeasurementWish; left: readonly MeasurementWish[] } | undefined {
  const wish = waiting.find((candidate) => candidate.key === key);
  return wish === undefined ? undefined : { wish, left: waiting.filter((candidate) => candidate !== wish) };
}

const changeData = (
  state: Measuring | Verifying,
  target: string,
  change: (data: TargetData) => TargetData,
): readonly TargetData[] =>
  state.data.map((data, at) => (state.setup.targets[at]?.target === target ? change(data) : data));

function onMeasured(state: Measuring, { key, outcome }: Measured, solver: Solver): PlanStep {
  const taken = takeWish(state.waiting, key);
  if (taken === undefined) return stay(state);
  const { wish, left } = taken;
  if (outcome.kind === 'failed') {
    if (wish.purpose === 'base') return stay({ ...state, phase: 'failed', failure: outcome.failure });
    return afterMeasuring(withoutBlocks({ ...state, waiting: left }, wish.removed), solver);
  }
  const data = changeData(state, wish.target, (known) => {
    if (outcome.kind === 'base') return { ...known, base: [...known.base, outcome.base] };
    return { ...known, ablations: [...known.ablations, { removed: wish.removed, ...outcome.measurement }] };
  });
  const next = { ...state, data, waiting: left };
  return wish.purpose === 'base' ? afterBase(next) : afterMeasuring(next, solver);
}

/** A block whose ablation cannot be measured stays; what is measured or waited for of it elsewhere no longer matters. */
function withoutBlocks(state: Measuring, removed: readonly number[]): Measuring {
  const gone = new Set(removed);
  return {
    ...state,
    importances: state.importances.filter(({ index }) => !gone.has(index)),
    setAside: [...state.setAside, ...removed.map((index) => ({ index, reason: 'not-measurable' as const }))],
    waiting: state.waiting.filter(({ removed: others }) => !others.some((index) => gone.has(index))),
    data: state.data.map((known) => ({
      ...known,
      ablations: known.ablations.filter(({ removed: others }) => !others.some((index) => gone.has(index))),
    })),
  };
}

function afterBase(state: Measuring): PlanStep {
  const { setup, importances, data, waiting } = state;
  if (waiting.length > 0) return stay(state);
  const met = setup.targets.every(({ limit }, at) => data[at]?.base.every((base) => alreadyMet(limit, base)) ?? false);
  if (met) return stay(verified(state, null));
  const wishes = ablationWishes(
    setup,
    importances.map(({ index }) => index),
  );
  if (wishes.length === 0) return stay(infeasibleAsItIs(state));
  return { state: { ...state, waiting: wishes }, effects: [{ type: 'measure', wishes }] };
}

function afterMeasuring(state: Measuring, solver: Solver): PlanStep {
  if (state.waiting.length > 0) return stay(state);
  if (state.importances.length === 0) return stay(infeasibleAsItIs(state));
  return follow(state.setup, state, chooseNext(state.setup, state, solver));
}

/** Verifies what was chosen, or ends where nothing can be. */
function follow(setup: PlanSetup, knowledge: PlanKnowledge, choice: Choice): PlanStep {
  const known = { version: PLAN_STATE_VERSION, setup, ...knowledgeOf(knowledge) } as const;
  if (choice.kind === 'infeasible') return stay({ ...known, phase: 'infeasible', lowest: choice.lowest });
  const waiting = verificationWishes(setup, choice.round.removed, 1);
  return {
    state: { ...known, rounds: [...known.rounds, choice.round], phase: 'verifying', sharper: 1, waiting },
    effects: [{ type: 'measure', wishes: waiting }],
  };
}

function onVerified(state: Verifying, { key, outcome }: Measured, solver: Solver): PlanStep {
  const taken = takeWish(state.waiting, key);
  const round = state.rounds.at(-1);
  if (taken === undefined || round === undefined || outcome.kind === 'base') return stay(state);
  if (outcome.kind === 'failed') {
    return afterRound(withRound(state, { ...round, failure: outcome.failure.code }), solver);
  }
  const { wish, left } = taken;
  const measured: PairedMeasurement = { removed: wish.removed, ...outcome.measurement };
  const verdicts = state.setup.targets.flatMap((target) =>
    target.target === wish.target
      ? [judge(target, measured)]
      : round.verdicts.filter((verdict) => verdict.target === target.target),
  );
  const data = changeData(state, wish.target, (known) => ({
    ...known,
    verifications: [...known.verifications, measured],
  }));
  const next = withRound({ ...state, data, waiting: left }, { ...round, verdicts });
  return left.length > 0 ? stay(next) : afterRound(next, solver);
}

const withRound = (state: Verifying, round: Round): Verifying => ({
  ...state,
  rounds: [...state.rounds.slice(0, -1), round],
});

/**
 * A met round is an answer, but perhaps not the best one: what it measured may show that more importance can be kept, and a
 * few rounds are spent on trying. A round that missed is followed by the next best set.
 */
function afterRound(state: Verifying, solver: Solver): PlanStep {
  const { setup, rounds } = state;
  const best = bestRound(setup, rounds);
  if (best === undefined && mayBeNoise(state)) return measureSharper(state);
  if (rounds.length < setup.maxRounds && (best === undefined || mayImprove(setup, rounds))) {
    const choice = chooseNext(setup, state, solver);
    if (
      best === undefined ||
      (choice.kind === 'verify' && choice.certain && choice.round.keptImportance > best.keptImportance)
    ) {
      return follow(setup, state, choice);
    }
  }
  if (best !== undefined) return stay(verified(state, rounds.indexOf(best)));
  const failure = failureOf(rounds);
  return stay({ version: PLAN_STATE_VERSION, setup, ...knowledgeOf(state), phase: 'failed', failure });
}

/** Why no round met the budget: every one missed, or none could be measured at all. */
function failureOf(rounds: readonly Round[]): PlanFailure {
  const [code] = rounds.flatMap(({ failure }) => failure ?? []);
  if (code !== undefined && rounds.every(({ failure }) => failure !== null)) {
    return { code, message: `none of ${rounds.length} sets of blocks could be measured` };
  }
  return { code: 'rounds-used-up', message: `${rounds.length} sets of blocks were measured and none met the budget` };
}

const isComplete = ({ targets }: PlanSetup, { failure, verdicts }: Round): boolean =>
  failure === null && verdicts.length === targets.length;

const isMet = (setup: PlanSetup, round: Round): boolean =>
  isComplete(setup, round) && round.verdicts.every(({ met }) => met);

/** Of the rounds that met every limit, the one that keeps most importance. */
function bestRound(setup: PlanSetup, rounds: readonly Round[]): Round | undefined {
  return rounds.filter((round) => isMet(setup, round)).toSorted((a, b) => b.keptImportance - a.keptImportance)[0];
}

function mayImprove(setup: PlanSetup, rounds: readonly Round[]): boolean {
  const first = rounds.findIndex((round) => isMet(setup, round));
  return rounds.length - 1 - first < MAX_IMPROVEMENTS;
}

function mayBeNoise({ setup, rounds, sharper }: Verifying): boolean {
  const round = rounds.at(-1);
  if (round === undefined || sharper > 1 || !isComplete(setup, round)) return false;
  return round.verdicts.every((verdict) => verdict.met || missedByNoise(verdict));
}

function measureSharper(state: Verifying): PlanStep {
  const waiting = verificationWishes(state.setup, state.rounds.at(-1)?.removed ?? [], SHARPER);
  return { state: { ...state, sharper: SHARPER, waiting }, effects: [{ type: 'measure', wishes: waiting }] };
}

const knowledgeOf = ({ importances, setAside, data, rounds }: PlanKnowledge): PlanKnowledge => ({
  importances,
  setAside,
  data,
  rounds,
});

function verified(state: Measuring | Verifying, round: number | null): PlanState {
  const removed = round === null ? [] : (state.rounds[round]?.removed ?? []);
  return { version: PLAN_STATE_VERSION, setup: state.setup, ...knowledgeOf(state), phase: 'verified', removed, round };
}

/** No block may be removed: the base model is the lowest there is. */
function infeasibleAsItIs(state: Measuring): PlanState {
  const { setup, data } = state;
  const lowest = setup.targets.map(({ target, limit }, at) => {
    const p50Ms = Math.min(...(data[at]?.base.map((base) => base.p50Ms) ?? []));
    return { target, p50Ms, limitMs: 'ratio' in limit ? limit.ratio * p50Ms : limit.limitMs };
  });
  return { version: PLAN_STATE_VERSION, setup, ...knowledgeOf(state), phase: 'infeasible', lowest };
}
