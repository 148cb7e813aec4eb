import { candidateOf, CatalogError, comparisonPaths } from '@espalier/catalog';
import {
  type ComparisonEvent,
  isComparisonFinal,
  startComparison,
  stepComparison,
  summariseComparison,
} from '@espalier/planner';
import { PruningError } from '@espalier/pruning';
import { type ComparisonStep, type DueComparison, type PlanWish, type Store, StoreError } from '@espalier/store';
import { outcomeOf } from '../measuring.js';
import { measuredEvent } from '../wording.js';
import { labelOf, madeOf, prepare } from './measuring.js';
import { setupOf } from './setup.js';
import { readComparison, type StoredComparison } from './stored-state.js';
import { endedSummary, summaryOf } from './summary.js';

/** After this many steps that threw in a row, a comparison is given up: what is wrong will not go away by itself. */
const MAX_FAILURES = 5;
/** Candidates that one step makes: a step holds a row, and the fleet can begin with the first of them. */
const CANDIDATES_PER_STEP = 4;

/** What a run of steps has come to. */
interface Progress {
  readonly stored: StoredComparison;
  readonly events: ComparisonStep['events'];
}

/**
 * Takes a comparison as far as it gets without waiting for a measurement. Candidates are named by their content, so that a
 * step that is lost can be repeated; those that one step does not come to are made in the next one.
 */
export async function decideComparison(store: Store, due: DueComparison): Promise<ComparisonStep> {
  const begun = due.state === null ? await begin(store, due) : { stored: readComparison(due.state), events: [] };
  if (!('stored' in begun)) return begun;
  const heard = hear(begun, due);
  const { events, measure, unmade, ...asked } = await ask(store, heard, due);
  const stored = await withWhole(store, asked.stored, due);
  const summary = summaryOf(stored, due.request, await store.models.get(due.modelId));
  const told = summary.message === null || summary.status === 'measuring' ? [] : [summary.message];
  return {
    state: stored,
    summary,
    events: [...events, ...told.map((message) => ({ type: 'finished' as const, message }))],
    measure,
    ...(unmade ? { dueAt: new Date() } : {}),
  };
}

/** The first step; a request that cannot be met (a criterion that nobody computed) ends it. */
async function begin(store: Store, due: DueComparison): Promise<Progress | ComparisonStep> {
  if (due.cancelRequested) return ending(endedSummary(due.request, 'cancelled', null));
  if (due.failures >= MAX_FAILURES) return ending(endedSummary(due.request, 'failed', givenUp(due).failure));
  try {
    const paths = await comparisonPaths(store, due.modelId, due.request);
    const machine = startComparison(setupOf(due.request, paths)).state;
    const message = `${paths.layers.order.length} blocks may go, and filters at ${paths.filters.rates.length - 1} rates`;
    return { stored: { machine, paths, made: {} }, events: [{ type: 'scored', message }] };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return ending(endedSummary(due.request, 'failed', { code: error.code, message: error.message }));
  }
}

const isRefusal = (error: unknown): error is PruningError | CatalogError | StoreError =>
  error instanceof PruningError || error instanceof CatalogError || (error instanceof StoreError && !error.retryable);

const ending = (summary: ComparisonStep['summary']): ComparisonStep => ({
  state: null,
  summary,
  events: [{ type: 'finished', message: summary.message ?? '' }],
  measure: [],
});

const givenUp = ({ failures }: DueComparison) => ({
  type: 'failed' as const,
  failure: {
    code: 'step-failed',
    message: `a step of the comparison failed ${failures} times; the planner's log says why`,
  },
});

/** Applies what happened since the last step. */
function hear({ stored, events }: Progress, due: DueComparison): Progress {
  if (due.cancelRequested) return { stored: withEvent(stored, { type: 'cancelled' }), events };
  if (due.failures >= MAX_FAILURES) return { stored: withEvent(stored, givenUp(due)), events };
  let next = stored;
  const told = [...events];
  for (const { key, measurement } of due.ended) {
    const wish = next.machine.waiting.find((candidate) => candidate.key === key);
    if (wish === undefined) continue;
    told.push(measuredEvent(labelOf(wish, next), measurement));
    next = withEvent(next, { type: 'measured', key, outcome: outcomeOf(measurement) });
  }
  return { stored: next, events: told };
}

const withEvent = (stored: StoredComparison, event: ComparisonEvent): StoredComparison => ({
  ...stored,
  machine: stepComparison(stored.machine, event).state,
});

/** Makes the candidates that the machine waits for and nobody made yet, and asks for their measurements. */
async function ask(
  store: Store,
  heard: Progress,
  due: DueComparison,
): Promise<Progress & { readonly measure: readonly PlanWish[]; readonly unmade: boolean }> {
  let { stored } = heard;
  const measure: PlanWish[] = [];
  const unmade = () => stored.machine.waiting.filter(({ key, method }) => method !== null && !(key in stored.made));
  const [base] = stored.machine.waiting.filter(({ method }) => method === null);
  if (base !== undefined) measure.push((await prepare(store, base, stored, due)).wish);
  for (let count = 0; count < CANDIDATES_PER_STEP; count += 1) {
    const [wish] = unmade();
    if (wish === undefined) break;
    try {
      const prepared = await prepare(store, wish, stored, due);
      measure.push(prepared.wish);
      if (prepared.made !== null) stored = { ...stored, made: { ...stored.made, [wish.key]: prepared.made } };
    } catch (error) {
      if (!(error instanceof PruningError)) throw error;
      const failure = { code: error.code, message: error.message };
      stored = withEvent(stored, { type: 'measured', key: wish.key, outcome: { kind: 'failed', failure } });
    }
  }
  return { ...heard, stored, measure, unmade: unmade().length > 0 };
}

/** At its end a comparison whose answer is the whole model needs that as a candidate too. */
async function withWhole(
  store: Store,
  stored: StoredComparison,
  { modelId, request }: DueComparison,
): Promise<StoredComparison> {
  const { layers, filters } = summariseComparison(stored.machine).methods;
  if (!isComparisonFinal(stored.machine) || (layers.best !== 0 && filters.best !== 0)) return stored;
  const whole = madeOf(await candidateOf(store, modelId, { granularity: request.granularity, remove: [] }), 0);
  return { ...stored, made: { ...stored.made, 'layers/0': whole, 'filters/0': whole } };
}
