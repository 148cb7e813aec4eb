import { type GraphView, type OnnxModel, seededRandom } from '@espalier/onnx';
import { filterCriteria } from '../criteria-of-filters.js';
import type { FilterCriterion } from '../criterion.js';
import { PruningError } from '../errors.js';
import type { FilterGroup } from '../filters/group.js';
import { normScales } from './bn-scale.js';
import { clusterScores } from './cluster.js';
import { dependencyScores } from './dafp.js';
import { type FilterRows, filterRows } from './filter-rows.js';
import { medianDistances } from './fpgm.js';
import { filterNorms } from './norms.js';
import { reciprocalScores } from './reciprocal-neighbours.js';
import { type SliceValues, weightSlices } from './slice-values.js';

export interface FilterScoreOptions {
  /** Seed of `random`, and of what `clr-rnf` leaves to chance; 1 when absent. */
  readonly seed?: string | number;
}

/** The importance of the filters of a model, higher = more important. */
export interface FilterScores {
  /** One score per filter, by the name of the group. */
  readonly scores: ReadonlyMap<string, Float64Array>;
  /** Why other groups have none: they cannot be pruned, or the criterion does not apply. */
  readonly reasons: ReadonlyMap<string, string>;
}

/**
 * Scores the filters of every prunable group. Where the outputs of several layers are added, their channels go together:
 * such a filter has the mean of its scores in these layers, except by `clr-rnf` and `cluster`, which see the weights of all
 * of them as one long filter.
 * @throws PruningError `criterion-unknown`; `criterion-not-applicable` when there are prunable groups and it applies to
 * none of them; `importance-invalid` where weights are not finite
 */
export function scoreFilters(
  model: OnnxModel,
  groups: readonly FilterGroup[],
  criterion: FilterCriterion,
  { seed = 1 }: FilterScoreOptions = {},
): FilterScores {
  const scores = new Map<string, Float64Array>();
  const reasons = new Map<string, string>();
  for (const group of groups) {
    const result = group.prunable
      ? groupScores(model.graph, group, criterion, seed)
      : (group.reason ?? 'the group cannot be pruned');
    if (typeof result === 'string') reasons.set(group.name, result);
    else scores.set(group.name, finite(group, result));
  }
  const first = groups.find(({ prunable }) => prunable);
  if (first && scores.size === 0) {
    throw new PruningError(
      'criterion-not-applicable',
      `${criterion} applies to no filters: ${reasons.get(first.name) ?? ''}`,
      { hint: 'use `l2`, which every layer with weights has, or post scores of your own' },
    );
  }
  return { scores, reasons };
}

/** The scores of one group, or why it has none. */
function groupScores(
  graph: GraphView,
  group: FilterGroup,
  criterion: FilterCriterion,
  seed: string | number,
): Float64Array | string {
  switch (criterion) {
    case 'l1':
    case 'l2':
      return ofWeights(graph, group, (layers) => filterNorms(layers, group.filters, criterion));
    case 'bn-scale':
      return normScales(graph, group);
    case 'fpgm':
      return ofWeights(graph, group, (layers) => medianDistances(checked(group, layers), group.filters));
    case 'clr-rnf': {
      const next = seededRandom(`${seed}/${group.name}`);
      return ofWeights(graph, group, (layers) => reciprocalScores(longFilters(group, layers), next));
    }
    case 'dafp':
      return dependencyScores(graph, group);
    case 'cluster':
      return ofWeights(graph, group, (layers) => clusterScores(longFilters(group, layers)));
    case 'random':
      return Float64Array.from({ length: group.filters }, seededRandom(`${seed}/${group.name}`));
    default:
      throw new PruningError(
        'criterion-unknown',
        `there is no criterion ${JSON.stringify(criterion satisfies never)} for filters`,
        {
          hint: `one of ${filterCriteria.map(({ name }) => name).join(', ')}`,
        },
      );
  }
}

function ofWeights(
  graph: GraphView,
  group: FilterGroup,
  score: (layers: readonly SliceValues[]) => Float64Array,
): Float64Array | string {
  const layers = weightSlices(graph, group, 'makes');
  if (typeof layers === 'string') return layers;
  return layers.length > 0 ? score(layers) : 'no weights that can be read make its channels';
}

/** The filters over all layers as rows. */
function longFilters(group: FilterGroup, layers: readonly SliceValues[]): FilterRows {
  const filters = Array.from({ length: group.filters }, (_, filter) => filter);
  return filterRows(checked(group, layers), filters);
}

/** The layers, if their weights are finite: distances of others would say nothing. */
function checked(group: FilterGroup, layers: readonly SliceValues[]): readonly SliceValues[] {
  finite(group, filterNorms(layers, group.filters, 'l1'));
  return layers;
}

function finite(group: FilterGroup, scores: Float64Array): Float64Array {
  const bad = scores.findIndex((score) => !Number.isFinite(score));
  if (bad < 0) return scores;
  throw new PruningError(
    'importance-invalid',
    `the score of filter ${bad} of ${JSON.stringify(group.name)} is ${scores[bad] ?? 0}, not a finite number`,
  );
}
