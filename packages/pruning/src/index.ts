// Find blocks
export type { Block, BlockEnd, Granularity, TensorShape, TensorShapes } from './block.js';
export { findBlocks, summarise } from './find.js';

// Score them
export {
  type Criterion,
  type CriterionNeed,
  isWeightCriterion,
  type WeightCriterion,
  weightCriteria,
} from './criteria.js';
export { type Importance, normaliseImportance } from './normalise.js';
export { type BlockScore, scoreBlocks, type ScoreOptions } from './score.js';
export { ensemble } from './score-ensemble.js';
export type { Reduction } from './scored-layers.js';

// Remove them
export { BASE_KEY, type BlockRecipe, RECIPE_KEY, removeBlocks } from './remove.js';

// Filters
export type { FilterGroup, SliceRole, WeightSlice } from './filters/group.js';

// Fail
export { type PruningCode, PruningError } from './errors.js';
