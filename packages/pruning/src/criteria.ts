import { dataCriteria, weightCriteria } from './criteria-of-blocks.js';
import { filterCriteria, sensitivity } from './criteria-of-filters.js';
import type { Criterion } from './criterion.js';

/** Every criterion, for blocks and for filters. Any other name is that of scores or masks that a training job posts. */
export const criteria: readonly Criterion[] = [...weightCriteria, ...dataCriteria, ...filterCriteria, sensitivity];
