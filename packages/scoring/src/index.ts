// Score
export type { DataSpec } from './criteria/criterion.js';
export { needsLabels } from './criteria/needs-labels.js';
export { hasLogits } from './run/logits.js';
export { score, type ScoreOptions, type ScoreRequest } from './score.js';

// Calibration data
export type { ArrayInfo, DatasetDescription, DatasetReader, Rows } from './dataset/array.js';
export { type DatasetOptions, describeDataset, openDataset } from './dataset/open-dataset.js';
export { type ArraySource, writeDataset } from './dataset/write-dataset.js';
export { type FedModel, feedingPlan, type FeedingPlan, type InputPlan } from './run/inputs.js';

// Fail
export { type ScoringCode, ScoringError } from './errors.js';
