// Find blocks
export type { Block, BlockEnd, Granularity, TensorShape, TensorShapes } from './block.js';
export { type EncoderLayer, encoderLayers } from './encoder-layers.js';
export { findBlocks, summarise } from './find.js';

// Score them
export { criteria } from './criteria.js';
export { isWeightCriterion, weightCriteria } from './criteria-of-blocks.js';
export { filterCriteria, isFilterCriterion } from './criteria-of-filters.js';
export type { Criterion, CriterionNeed, FilterCriterion, WeightCriterion } from './criterion.js';
export { type Importance, normaliseImportance } from './normalise.js';
export { type BlockScore, scoreBlocks, type ScoreOptions } from './score.js';
export { ensemble } from './score-ensemble.js';
export { nodesOf, normsBehind, type Reduction, scoredLayers } from './scored-layers.js';
export { isWeightedNode, weightOperands } from './weighted.js';

// Remove them
export type { Reinitialised } from './reinitialise.js';
export {
  BASE_KEY,
  type BlockRecipe,
  type PrunedModel,
  RECIPE_KEY,
  REINITIALISED_KEY,
  removeBlocks,
} from './remove.js';

// Filters
export { findFilterGroups } from './filters/find-groups.js';
export type { FilterGroup, SliceRole, WeightSlice } from './filters/group.js';
export { maskFilters } from './filters/mask-filters.js';
export { withNeeds } from './filters/needs.js';
export { removeFilters } from './filters/remove-filters.js';
export { prune, type PruningRecipe } from './prune.js';
export { chooseFilters, type FilterChoice } from './filter-criteria/choose-filters.js';
export type { FilterRates, FilterScope } from './filter-criteria/filter-choice.js';
export {
  type GroupRate,
  largestRates,
  type LargestRatesOptions,
  type LossOf,
} from './filter-criteria/largest-rates.js';
export { type FilterScoreOptions, type FilterScores, scoreFilters } from './filter-criteria/score-filters.js';

// Fail
export { type PruningCode, PruningError } from './errors.js';
