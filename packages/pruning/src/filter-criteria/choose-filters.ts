import type { GraphView, OnnxModel } from '@espalier/onnx';
import type { TensorShapes } from '../block.js';
import type { FilterCriterion } from '../criterion.js';
import type { FilterGroup } from '../filters/group.js';
import { crossLayerRates } from './cross-layer-rates.js';
import { checkChoice, checkedMasks, checkedScores, type FilterRates } from './filter-choice.js';
import { globalCounts } from './global-counts.js';
import { allowedKeep, keptAt } from './keep-count.js';
import { keptFilters } from './kept-filters.js';
import { type FilterScoreOptions, scoreFilters } from './score-filters.js';

export interface FilterChoice extends FilterRates, FilterScoreOptions {
  /** `l2` when absent. */
  readonly criterion?: FilterCriterion;
  /**
   * Scores by the name of the group, instead of computing them; groups without any stay whole. Where `criterion` is named
   * too they are its scores, computed before; otherwise they are posted ones, which compare over layers as they are.
   */
  readonly scores?: ReadonlyMap<string, ArrayLike<number>>;
  /** The filters that stay, by the name of the group: such groups are done, whatever rates and limits say. */
  readonly keep?: ReadonlyMap<string, readonly number[]>;
  /** Of `clr-rnf`: how much the cost of a layer counts in the ranking over layers; 1 when absent. */
  readonly lambda?: number;
}

/**
 * Criteria whose scores say nothing across layers as they are: sums over as many weights as a filter has, or distances
 * in its space. In a `global` choice each group's are divided by their mean, so that all groups have the mean 1.
 */
const RELATIVE: ReadonlySet<FilterCriterion> = new Set(['l1', 'l2', 'fpgm', 'dafp', 'cluster'] as const);

/**
 * Chooses the filters that stay, by the name of the group, as ascending indices; groups that stay whole are left out, as
 * are those that cannot be pruned or to which the criterion does not apply. The same arguments give the same filters; of
 * filters of equal importance the first stay.
 *
 * Each group keeps its most important filters. How many: `uniform` takes `rate` from each; `global` takes `rate` of all
 * filters, the least important of the whole network first, from no group beyond `minFilters`. Then counts are rounded to
 * multiples, and every layer of a group is left something. `clr-rnf` has its own rule for `global`: see `crossLayerRates`.
 * @throws PruningError `filter-choice-invalid`, `group-unknown`, `group-not-prunable`, and what `scoreFilters` throws
 */
export function chooseFilters(
  model: OnnxModel,
  shapes: TensorShapes,
  groups: readonly FilterGroup[],
  choice: FilterChoice = {},
): ReadonlyMap<string, readonly number[]> {
  checkChoice(groups, choice);
  const masks = checkedMasks(groups, choice.keep ?? new Map<string, readonly number[]>());
  const open = groups.filter(({ name, prunable }) => prunable && !masks.has(name));
  const scores = choice.scores
    ? checkedScores(groups, choice.scores)
    : scoreFilters(model, open, choice.criterion ?? 'l2', choice).scores;
  const scored = open.filter(({ name }) => scores.has(name));
  const wanted = wantedCounts(model.graph, shapes, scored, scores, choice);
  const { multipleOf = 1, minFilters = 1 } = choice;
  const keep = new Map<string, readonly number[]>();
  for (const group of groups) {
    const { name, filters } = group;
    const count = allowedKeep(wanted.get(name) ?? filters, filters, { multipleOf, minFilters });
    const values = scores.get(name);
    const kept = masks.get(name) ?? (values && keptFilters(group, values, count, multipleOf));
    if (kept && kept.length < filters) keep.set(name, kept);
  }
  return keep;
}

/** How many filters each scored group is to keep, before floors of `uniform` and multiples. */
function wantedCounts(
  graph: GraphView,
  shapes: TensorShapes,
  scored: readonly FilterGroup[],
  scores: ReadonlyMap<string, Float64Array>,
  choice: FilterChoice,
): ReadonlyMap<string, number> {
  const { scope = 'uniform', rate = 0.5, minFilters = 1, lambda = 1 } = choice;
  const own = new Map(Object.entries(choice.rates ?? {}));
  const free = scored.filter(({ name }) => !own.has(name));
  const criterion = choice.criterion ?? (choice.scores ? undefined : 'l2');
  if (scope === 'global' && criterion !== 'clr-rnf') {
    const isRelative = criterion !== undefined && RELATIVE.has(criterion);
    const counts = globalCounts(free, scores, { rate, minFilters, isRelative });
    return new Map(scored.map(({ name, filters }) => [name, counts.get(name) ?? keptAt(own.get(name) ?? 0, filters)]));
  }
  const rates = scope === 'global' ? crossLayerRates(graph, shapes, free, { rate, lambda }) : new Map<string, number>();
  return new Map(scored.map(({ name, filters }) => [name, keptAt(own.get(name) ?? rates.get(name) ?? rate, filters)]));
}
