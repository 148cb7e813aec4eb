import { candidateOf, comparisonRecipe } from '@espalier/catalog';
import type { Candidate, MeasurementRequest } from '@espalier/contracts';
import type { ComparisonWish } from '@espalier/planner';
import type { DueComparison, PlanWish, Store } from '@espalier/store';
import { PRIORITY, specOf } from '../measuring.js';
import type { MadeCandidate, StoredComparison } from './stored-state.js';

/** What is measured, for people. */
export function labelOf(wish: ComparisonWish, { paths }: StoredComparison): string {
  if (wish.method === null) return 'the whole model';
  if (wish.method === 'layers') return `without ${wish.position} ${wish.position === 1 ? 'block' : 'blocks'}`;
  return `filters at a rate of ${Math.round((paths.filters.rates[wish.position] ?? 0) * 100)} %`;
}

/** A wish as a measurement of artifacts, and the candidate that was made for it; the whole model needs none. */
export interface PreparedWish {
  readonly wish: PlanWish;
  readonly made: MadeCandidate | null;
}

/**
 * Makes the candidate of a wish and asks for its measurement, beside the whole model. Curve and search alike decide by it, so
 * it is as precise as the spec asks.
 * @throws StoreError `disk-full`; PruningError when the recipe cannot be made
 */
export async function prepare(
  store: Store,
  wish: ComparisonWish,
  stored: StoredComparison,
  { modelId, request }: Pick<DueComparison, 'modelId' | 'request'>,
): Promise<PreparedWish> {
  const purpose = wish.method === null ? 'base' : 'verification';
  const named = { key: wish.key, label: labelOf(wish, stored) };
  const common: Omit<MeasurementRequest, 'subject'> = {
    kind: 'latency',
    target: request.budget.target,
    spec: specOf({ purpose, sharper: 1 }, request),
    fresh: request.fresh,
    priority: PRIORITY,
  };
  if (wish.method === null) return { wish: { ...named, request: { ...common, subject: modelId } }, made: null };
  const { recipe, removed } = await comparisonRecipe(store, modelId, request, stored.paths, wish);
  const made = madeOf(await candidateOf(store, modelId, recipe), removed);
  return { wish: { ...named, request: { ...common, subject: made.artifact, control: modelId } }, made };
}

/** What is remembered of a candidate. */
export const madeOf = ({ id, artifact, parameters, macs }: Candidate, removed: number): MadeCandidate => ({
  candidateId: id,
  artifact,
  parameters,
  macs,
  removed,
});
