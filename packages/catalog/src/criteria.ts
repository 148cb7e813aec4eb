import { DataCriterion, FilterCriterion } from '@espalier/contracts';
import { isWeightCriterion } from '@espalier/pruning';
import type { ScoreKey } from '@espalier/store';

/** The sum of ranks over the criteria of LayerPrune. */
export const ENSEMBLE = 'ensemble';
/** What the ensemble is made of, as in LayerPrune (arXiv 2007.05667). */
export const ENSEMBLE_PARTS = ['l2', 'bn-scale', 'gate-taylor', 'weight-taylor', 'feature-taylor'] as const;
/** About filters only: rates, not scores. */
export const SENSITIVITY = 'sensitivity';

const literalsOf = (union: { readonly anyOf: readonly { readonly const: string }[] }): ReadonlySet<string> =>
  new Set(union.anyOf.map((literal) => literal.const));
const DATA = literalsOf(DataCriterion);
const FILTER = literalsOf(FilterCriterion);

/** Whether a criterion for filters of this name is computed from the weights. */
export const isFilterCriterion = (name: string): name is FilterCriterion => FILTER.has(name);

/** Criteria that score filters first, so that the way from them to a block matters. */
const REDUCED: ReadonlySet<string> = new Set(['gate-taylor', 'weight-taylor']);
export const isReduced = (criterion: string): boolean => REDUCED.has(criterion);

/** Names under which nobody may post scores of blocks: they are computed here. */
export const isReserved = (criterion: string): boolean =>
  isWeightCriterion(criterion) || criterion === ENSEMBLE || criterion === SENSITIVITY;

/** Names under which nobody may post scores of filters. */
export const isReservedForFilters = (criterion: string): boolean =>
  isFilterCriterion(criterion) || criterion === SENSITIVITY;

const measuring = (criterion: string): string =>
  `an agent computes them on calibration data (POST /v1/measurements with kind score and spec.scoring.criterion ${criterion})`;

/** What a person can do to have scores of blocks by a criterion. */
export function howToGet(modelId: string, { criterion, granularity, reduction }: ScoreKey): string {
  const posting = `a training job posts them (PUT /v1/models/${modelId}/scores/${criterion})`;
  if (criterion === SENSITIVITY)
    return 'sensitivity is about filters: it gives rates of filter groups, not scores of blocks';
  if (DATA.has(criterion)) {
    const asked = isReduced(criterion)
      ? `, granularity ${granularity} and reduction ${reduction}`
      : ` and granularity ${granularity}`;
    return `${measuring(criterion)}${asked}, or ${posting}`;
  }
  return isFilterCriterion(criterion) ? `${criterion} is a criterion for filters; for blocks, ${posting}` : posting;
}

/** What a person can do to have scores of filters by a criterion. */
export function howToGetForFilters(modelId: string, criterion: string): string {
  const posting = `a training job posts them (PUT /v1/models/${modelId}/filter-scores/${criterion})`;
  return criterion === SENSITIVITY ? measuring(criterion) : posting;
}
