import { blocksOf, candidateOf, scoresOf } from '@espalier/catalog';
import type { Block, Candidate } from '@espalier/contracts';
import {
  isFinal,
  type MeasurementWish,
  type PlanEffect,
  type PlanEvent,
  type PlanState,
  type Solver,
  startPlan,
  stepPlan,
} from '@espalier/planner';
import { normaliseImportance } from '@espalier/pruning';
import type { DuePlan, PlanStep, Store } from '@espalier/store';
import { labelOf, outcomeOf, requestOf } from './measuring.js';
import { setupOf } from './setup.js';
import { readState } from './stored-state.js';
import { summaryOf } from './summary.js';
import { eventsBetween, measuredEvent } from './wording.js';

/** After this many steps that threw in a row, a plan is given up: what is wrong will not go away by itself. */
const MAX_FAILURES = 5;

/** What a run of steps has come to. */
interface Progress {
  readonly state: PlanState;
  readonly wishes: readonly MeasurementWish[];
  readonly events: PlanStep['events'];
}

/**
 * Takes a plan as far as it gets without waiting for a measurement. Everything that it makes on the way (scores, candidates)
 * is named by its content, so that a step that is lost can be repeated.
 */
export async function decide(store: Store, solver: Solver, plan: DuePlan): Promise<PlanStep> {
  const blocks = await blocksOf(store, plan.modelId, plan.request.granularity);
  let progress: Progress = { state: startOf(plan, blocks), wishes: [], events: [] };
  const apply = (event: PlanEvent): void => {
    progress = advance(progress, event, solver, blocks);
  };
  if (plan.cancelRequested) apply({ type: 'cancelled' });
  else if (plan.failures >= MAX_FAILURES) apply(givenUp(plan));
  else if (progress.state.phase === 'scoring') apply(await scored(store, plan, blocks));
  for (const { key, measurement } of plan.ended) {
    const label = waitingLabel(progress.state, key, blocks);
    if (label === undefined) continue;
    progress = { ...progress, events: [...progress.events, measuredEvent(label, measurement)] };
    apply({ type: 'measured', key, outcome: outcomeOf(measurement) });
  }
  const { state, wishes, events } = progress;
  const measure = [];
  for (const wish of wishes) measure.push(await requestOf(store, wish, plan, blocks));
  const candidate = await verifiedCandidate(store, plan, state);
  return { state, summary: summaryOf(state, plan.request, blocks, candidate), events, measure };
}

const startOf = ({ state, request }: DuePlan, blocks: readonly Block[]): PlanState =>
  state === null ? startPlan(setupOf(request, blocks)).state : readState(state);

const givenUp = ({ failures }: DuePlan): PlanEvent => ({
  type: 'failed',
  failure: { code: 'step-failed', message: `a step of the plan failed ${failures} times; the planner's log says why` },
});

/**
 * What each block that can go is worth: some criteria give negative scores, and kept importance is a sum, so the scores are
 * made shares.
 */
async function scored(store: Store, { modelId, request }: DuePlan, blocks: readonly Block[]): Promise<PlanEvent> {
  const { granularity, criterion, reduction } = request;
  const { scores } = await scoresOf(store, modelId, { granularity, criterion, reduction });
  const removable = new Set(blocks.filter((block) => block.removable).map(({ index }) => index));
  const relevant = scores.filter(({ index, importance }) => removable.has(index) && importance !== null);
  return { type: 'scored', importances: normaliseImportance(relevant) };
}

/** What a measurement that the plan waits for is called; undefined: it does not wait for it. */
function waitingLabel(state: PlanState, key: string, blocks: readonly Block[]): string | undefined {
  const wish = 'waiting' in state ? state.waiting.find((candidate) => candidate.key === key) : undefined;
  return wish === undefined ? undefined : labelOf(wish, blocks);
}

function advance(
  { state, wishes, events }: Progress,
  event: PlanEvent,
  solver: Solver,
  blocks: readonly Block[],
): Progress {
  const step = stepPlan(state, event, solver);
  return {
    state: step.state,
    wishes: isFinal(step.state) ? [] : [...wishes, ...step.effects.flatMap(wishesOf)],
    events: [...events, ...eventsBetween(state, step.state, blocks)],
  };
}

const wishesOf = (effect: PlanEffect): readonly MeasurementWish[] => (effect.type === 'measure' ? effect.wishes : []);

/** The candidate of a plan that ended verified; a plan that removes nothing has none, its artifact is the model. */
async function verifiedCandidate(
  store: Store,
  { modelId, request }: DuePlan,
  state: PlanState,
): Promise<Candidate | null> {
  if (state.phase !== 'verified') return null;
  return await candidateOf(store, modelId, { granularity: request.granularity, remove: [...state.removed] });
}
