export { addModel, type AddModelOptions } from './models.js';
export { blocksOf } from './blocks.js';
export { scoresOf } from './scores.js';
export { candidateOf } from './candidates.js';
export { addCandidate } from './uploads.js';
export { addInputData } from './inputs.js';
export { measurementOf } from './measurements.js';
export { historyOf, regressionsOf } from './history.js';
