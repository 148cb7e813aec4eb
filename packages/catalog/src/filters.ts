import type {
  ChooseFilters,
  ChosenFilters,
  Criterion,
  FilterGroup as FilterGroupContract,
  FilterScoreList,
  KeptFilters,
  PutFilterScores,
} from '@espalier/contracts';
import { chooseFilters, type FilterChoice, type FilterGroup, findFilterGroups, PruningError } from '@espalier/pruning';
import type { KnownFilters, Store } from '@espalier/store';
import { howToGetForFilters, isFilterCriterion, isReservedForFilters } from './criteria.js';
import { CatalogError } from './errors.js';
import { type OpenModel, openModel } from './open-model.js';
import { weighedFilters } from './weighed-filters.js';

const told = ({
  name,
  filters,
  prunable,
  reason,
  producers,
  consumers,
  parameters,
}: FilterGroup): FilterGroupContract => ({
  name,
  filters,
  prunable,
  ...(reason === undefined ? {} : { reason }),
  producers: [...producers],
  consumers: [...consumers],
  parameters,
});

/**
 * The filter groups of a stored model; found once, then remembered.
 * @throws StoreError `model-unknown`
 */
export async function filterGroupsOf(store: Store, modelId: string): Promise<readonly FilterGroupContract[]> {
  const known = await store.models.filterGroups(modelId);
  if (known !== null) return known;
  const { groups } = await openWithGroups(store, modelId);
  const list = groups.map(told);
  await store.models.saveFilterGroups(modelId, list);
  return list;
}

/** A model in memory with its filter groups. */
export interface WithGroups extends OpenModel {
  readonly groups: readonly FilterGroup[];
}

/** @throws StoreError `model-unknown` */
export async function openWithGroups(store: Store, modelId: string): Promise<WithGroups> {
  const { model, shapes } = await openModel(store, modelId);
  return { model, shapes, groups: findFilterGroups(model, shapes) };
}

/**
 * The importance of the filters of a stored model: by weights, computed at once; by any other name, as they were posted, where
 * filters that were posted as those that stay have 1, the others of their group 0.
 * @throws StoreError `model-unknown`; CatalogError `scores-unknown`; PruningError `criterion-not-applicable`
 */
export async function filterScoresOf(store: Store, modelId: string, criterion: Criterion): Promise<FilterScoreList> {
  const groups = await filterGroupsOf(store, modelId);
  const scores = isFilterCriterion(criterion)
    ? await weighedFilters(store, modelId, { criterion })
    : knownScores(groups, await knownFilters(store, modelId, criterion));
  return listOf(modelId, criterion, groups, scores);
}

function knownScores(
  groups: readonly FilterGroupContract[],
  { scores, keep }: KnownFilters,
): ReadonlyMap<string, readonly number[]> {
  const maskOf = ({ name, filters }: FilterGroupContract): readonly number[] | undefined => {
    const kept = keep[name];
    return kept && Array.from({ length: filters }, (_, filter) => (kept.includes(filter) ? 1 : 0));
  };
  return new Map(
    groups.flatMap((group) => {
      const values = scores[group.name] ?? maskOf(group);
      return values === undefined ? [] : [[group.name, values] as const];
    }),
  );
}

function listOf(
  modelId: string,
  criterion: Criterion,
  groups: readonly FilterGroupContract[],
  scores: ReadonlyMap<string, readonly number[]>,
): FilterScoreList {
  return {
    modelId,
    criterion,
    groups: groups.map(({ name }) => ({ name, scores: scores.has(name) ? [...(scores.get(name) ?? [])] : null })),
  };
}

/** What is stored of filters under a name. @throws CatalogError `scores-unknown` */
async function knownFilters(store: Store, modelId: string, criterion: Criterion): Promise<KnownFilters> {
  const found = await store.scores.ofFilters(modelId, criterion);
  if (found !== null) return found.known;
  throw new CatalogError('scores-unknown', `Nobody knows the filters of the model by ${criterion} yet`, {
    hint: howToGetForFilters(modelId, criterion),
  });
}

/**
 * Keeps what a training job learned about filters, in the place of what was there by this name: scores, or the filters that
 * stay.
 * @throws StoreError `model-unknown`; CatalogError `criterion-reserved`; PruningError `group-unknown`, `group-not-prunable`,
 *   `filter-choice-invalid`
 */
export async function putFilterScores(
  store: Store,
  modelId: string,
  criterion: Criterion,
  { scores = {}, keep = {} }: PutFilterScores,
): Promise<FilterScoreList> {
  if (isReservedForFilters(criterion)) {
    throw new CatalogError('criterion-reserved', `Filters by ${criterion} are scored here, and cannot be posted`, {
      hint: `Post them under a name of your own, such as my-${criterion}`,
    });
  }
  checkParts(Object.keys(scores), Object.keys(keep));
  const { model, shapes, groups } = await openWithGroups(store, modelId);
  const known: KnownFilters = { scores, keep, rates: {}, orderedBy: null };
  chooseFilters(model, shapes, groups, postedChoice(known)); // refuses what does not fit the groups
  await store.scores.saveOfFilters(modelId, criterion, { source: 'posted', known });
  const list = groups.map(told);
  return listOf(modelId, criterion, list, knownScores(list, known));
}

function checkParts(scored: readonly string[], kept: readonly string[]): void {
  const both = scored.filter((name) => kept.includes(name));
  const what =
    scored.length + kept.length === 0
      ? 'there are neither scores nor filters to keep'
      : `${both.join(', ')} has scores and filters to keep`;
  if (both.length === 0 && scored.length + kept.length > 0) return;
  throw new PruningError('filter-choice-invalid', what, {
    hint: 'give every group `scores`, one a filter, or `keep`, the indices of the filters that stay',
  });
}

const postedChoice = ({ scores, keep }: KnownFilters): FilterChoice => ({
  scores: new Map(Object.entries(scores)),
  keep: new Map(Object.entries(keep)),
});

/**
 * What a choice of filters by a criterion is made from: its scores, the filters that stay, or the rates of the groups.
 * @throws StoreError `model-unknown`; CatalogError `scores-unknown`; PruningError `criterion-not-applicable`
 */
export async function filterChoiceBy(
  store: Store,
  modelId: string,
  { criterion, seed = 1 }: { readonly criterion: Criterion; readonly seed?: number },
): Promise<FilterChoice> {
  if (isFilterCriterion(criterion)) {
    return { criterion, scores: await weighedFilters(store, modelId, { criterion, seed }) };
  }
  const known = await knownFilters(store, modelId, criterion);
  if (known.orderedBy === null) return postedChoice(known);
  const order = await filterChoiceBy(store, modelId, { criterion: known.orderedBy, seed });
  return { ...order, rates: known.rates, rate: 0 };
}

/**
 * Chooses the filters that stay, as a recipe. By `sensitivity`, every group loses what it can; filters that were posted as
 * those that stay do, whatever rates and limits say.
 * @throws StoreError `model-unknown`; CatalogError `scores-unknown`; PruningError `group-unknown`, `group-not-prunable`,
 *   `filter-choice-invalid`, `criterion-not-applicable`
 */
export async function chosenFilters(store: Store, modelId: string, asked: ChooseFilters): Promise<ChosenFilters> {
  const { criterion: _ofScores, ...how } = asked;
  const { model, shapes, groups } = await openWithGroups(store, modelId);
  const kept = chooseFilters(model, shapes, groups, merged(how, await filterChoiceBy(store, modelId, asked)));
  const filters: KeptFilters = Object.fromEntries([...kept].map(([name, indices]) => [name, [...indices]]));
  const before = groups.reduce((sum, group) => sum + group.filters, 0);
  const after = groups.reduce((sum, group) => sum + (kept.get(group.name)?.length ?? group.filters), 0);
  return { modelId, recipe: { granularity: 'block', remove: [], filters }, filters: { before, after } };
}

/** Rates that are known stand, but for the groups that were given one of their own. */
export function merged(how: Omit<ChooseFilters, 'criterion'>, known: FilterChoice): FilterChoice {
  return { ...how, ...known, rates: { ...known.rates, ...how.rates } };
}
