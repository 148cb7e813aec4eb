import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { FilterCriterion } from '@espalier/contracts';
import { PruningError } from '@espalier/pruning';
import type { Store } from '@espalier/store';
import { type FilterScoreOrder, isFilterScoreAnswer } from './filter-score-messages.js';

/** Scores of filters, by the name of their group. */
export type FilterScoresByGroup = ReadonlyMap<string, readonly number[]>;

/** The one whose scores are remembered. */
const DEFAULT_SEED = 1;

/**
 * The importance of the filters of a stored model by a criterion that needs nothing but the weights: computed once, in a thread
 * of its own, then remembered.
 * @throws StoreError `model-unknown`; PruningError `criterion-not-applicable`, `importance-invalid`
 */
export async function weighedFilters(
  store: Store,
  modelId: string,
  { criterion, seed = DEFAULT_SEED }: { readonly criterion: FilterCriterion; readonly seed?: number },
): Promise<FilterScoresByGroup> {
  const known = seed === DEFAULT_SEED ? await store.scores.ofFilters(modelId, criterion) : null;
  if (known !== null) return new Map(Object.entries(known.known.scores));
  const trace = await store.models.trace(modelId);
  const { path } = await store.artifacts.get(modelId);
  const scores = await scoreAside({ path, trace, criterion, seed });
  if (seed === DEFAULT_SEED) {
    const found = { scores, keep: {}, rates: {}, orderedBy: null };
    await store.scores.saveOfFilters(modelId, criterion, { source: 'weights', known: found });
  }
  return new Map(Object.entries(scores));
}

/** Whoever serves others must not stand still for seconds: agents that are not heard lose their measurements. */
async function scoreAside(order: FilterScoreOrder): Promise<Record<string, number[]>> {
  const worker = new Worker(new URL('./filter-scores-worker.js', import.meta.url), { workerData: order });
  const ended = once(worker, 'exit').then(([code]: unknown[]) => {
    throw new Error(`the thread that scores filters ended with ${String(code)} before it answered`);
  });
  try {
    const [answer]: unknown[] = await Promise.race([once(worker, 'message'), ended]);
    if (!isFilterScoreAnswer(answer)) throw new TypeError('the thread that scores filters gave no answer');
    if (answer.kind === 'scored') return answer.scores;
    const { code, message, hint } = answer;
    throw new PruningError(code, message, hint === undefined ? {} : { hint });
  } finally {
    ended.catch(() => undefined);
    await worker.terminate();
  }
}
