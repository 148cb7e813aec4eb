import type { CreateComparison, PruningMethod, Recipe } from '@espalier/contracts';
import { chooseFilters, type FilterGroup, normaliseImportance } from '@espalier/pruning';
import type { Store } from '@espalier/store';
import { blocksOf } from './blocks.js';
import { filterChoiceBy, merged, openWithGroups } from './filters.js';
import { scoresOf } from './scores.js';

/** How a model can be pruned further and further, by each method; position 0 of both is the whole model. */
export interface ComparisonPaths {
  readonly layers: {
    /** Indices of the blocks in the order in which they go, least important first. */
    readonly order: readonly number[];
    /** Share of the importance that is kept at each position. */
    readonly kept: readonly number[];
  };
  readonly filters: {
    /** Share of the filters that goes at each position. */
    readonly rates: readonly number[];
    readonly kept: readonly number[];
  };
}

type Asked = Omit<CreateComparison, 'modelId' | 'budget' | 'points' | 'spec' | 'fresh'>;

/**
 * The candidates that a comparison may measure. The same request gives the same paths.
 * @throws StoreError `model-unknown`; CatalogError `scores-unknown`; PruningError when a criterion does not apply
 */
export async function comparisonPaths(store: Store, modelId: string, asked: Asked): Promise<ComparisonPaths> {
  return {
    layers: await layerPath(store, modelId, asked),
    filters: filterPath(await filterChoices(store, modelId, asked)),
  };
}

/** Blocks one after the other, least important first, equal ones by index; those without a score stay. */
async function layerPath(
  store: Store,
  modelId: string,
  { granularity, criterion, reduction }: Asked,
): Promise<ComparisonPaths['layers']> {
  const blocks = await blocksOf(store, modelId, granularity);
  const removable = new Set(blocks.filter((block) => block.removable).map(({ index }) => index));
  if (removable.size === 0) return { order: [], kept: [1] };
  const { scores } = await scoresOf(store, modelId, { granularity, criterion, reduction });
  const scored = scores.filter(({ index, importance }) => importance !== null && removable.has(index));
  const path = normaliseImportance(scored).toSorted((a, b) => a.importance - b.importance || a.index - b.index);
  const left = [0];
  for (const { importance } of path.toReversed()) left.push((left.at(-1) ?? 0) + importance);
  const kept = [1, ...left.toReversed().slice(1)];
  return { order: path.map(({ index }) => index), kept };
}

/** The filters of a model, and what is kept of them at a rate. */
interface FilterChoices {
  readonly groups: readonly FilterGroup[];
  /** By the name of the group; those without any count by their number of filters. */
  readonly scores: ReadonlyMap<string, ArrayLike<number>>;
  /** By the name of the group; groups that stay whole are not in it. */
  readonly keptAt: (rate: number) => ReadonlyMap<string, readonly number[]>;
}

async function filterChoices(
  store: Store,
  modelId: string,
  { filterCriterion: criterion, scope, multipleOf }: Asked,
): Promise<FilterChoices> {
  const { model, shapes, groups } = await openWithGroups(store, modelId);
  if (!groups.some(({ prunable }) => prunable)) return { groups, scores: new Map(), keptAt: () => new Map() };
  const how = { scope, multipleOf, rates: {}, minFilters: 1, lambda: 1, seed: 1 };
  const choice = await filterChoiceBy(store, modelId, { criterion });
  return {
    groups,
    scores: choice.scores ?? new Map<string, ArrayLike<number>>(),
    keptAt: (rate) => chooseFilters(model, shapes, groups, merged({ ...how, rate }, choice)),
  };
}

/** Rates of the grid, as far as they differ in what they keep. */
const RATE_STEPS = 100;

/** A rate after the other, up to the floor; rates that keep the same filters are one position. */
function filterPath(choices: FilterChoices): ComparisonPaths['filters'] {
  const rates = [0];
  const kept = [1];
  let before = sizesOf(new Map());
  for (let step = 1; step <= RATE_STEPS; step += 1) {
    const rate = step / RATE_STEPS;
    const keep = choices.keptAt(rate);
    const sizes = sizesOf(keep);
    if (sizes === before) continue;
    before = sizes;
    rates.push(rate);
    kept.push(keptImportance(choices, keep));
  }
  return { rates, kept };
}

/** Which groups are cut, and to how many: for one criterion and scope that says which filters stay. */
const sizesOf = (keep: ReadonlyMap<string, readonly number[]>): string =>
  JSON.stringify([...keep].map(([name, kept]) => [name, kept.length]));

/** What the kept filters are worth: every group counts by its number of filters, and its scores share that. */
function keptImportance({ groups, scores }: FilterChoices, keep: ReadonlyMap<string, readonly number[]>): number {
  let all = 0;
  let left = 0;
  for (const { name, filters, prunable } of groups) {
    if (!prunable) continue;
    all += filters;
    const kept = keep.get(name);
    left += filters * (kept === undefined ? 1 : shareOf(kept, scores.get(name), filters));
  }
  return all === 0 ? 1 : left / all;
}

function shareOf(kept: readonly number[], scores: ArrayLike<number> | undefined, filters: number): number {
  if (scores === undefined) return kept.length / filters;
  const shares = normaliseImportance(Array.from(scores, (importance, index) => ({ index, importance })));
  return kept.reduce((sum, filter) => sum + (shares[filter]?.importance ?? 0), 0);
}

/** A position of one of the paths. */
export interface PathPosition {
  readonly method: PruningMethod;
  readonly position: number;
}

/**
 * The recipe of a position, and how many blocks or filters it removes.
 * @throws StoreError `model-unknown`
 */
export async function comparisonRecipe(
  store: Store,
  modelId: string,
  asked: Asked,
  { layers, filters }: ComparisonPaths,
  { method, position }: PathPosition,
): Promise<{ readonly recipe: Recipe; readonly removed: number }> {
  const { granularity } = asked;
  if (method === 'layers') {
    return { recipe: { granularity, remove: layers.order.slice(0, position) }, removed: position };
  }
  const { groups, keptAt } = await filterChoices(store, modelId, asked);
  const keep = keptAt(filters.rates[position] ?? 0);
  const gone = groups.map(({ name, filters: count }) => count - (keep.get(name)?.length ?? count));
  return {
    recipe: {
      granularity,
      remove: [],
      filters: Object.fromEntries([...keep].map(([name, kept]) => [name, [...kept]])),
    },
    removed: gone.reduce((sum, count) => sum + count, 0),
  };
}
