export { type Client, type ClientOptions, createClient } from './client.js';
export { type ClientCode, ClientError, type ClientErrorDetails, isPassing } from './error.js';
export { DEFAULT_RETRY, pause, retryDelayMs, type RetryPolicy } from './retry.js';
export type { CallOptions, ListOptions } from './options.js';
export type { UploadBody } from './transport.js';
export type { BlockOptions, FilterChoiceInput, ModelCalls, ScoreOptions, ScoresInput } from './models.js';
export type { CandidateCalls, RecipeInput } from './candidates.js';
export type { ArtifactCalls, OpenArtifact } from './artifacts.js';
export type { InputCalls } from './inputs.js';
export type { DatasetCalls } from './datasets.js';
export type {
  MeasurementCalls,
  MeasurementInput,
  MeasurementListOptions,
  ScoringInput,
  SpecInput,
} from './measurements.js';
export type { AgentCalls, CanaryOptions, TargetCalls, TargetInput } from './fleet.js';
export type { FollowOptions, PlanCalls, PlanInput, PlanListOptions } from './plans.js';
export type { ComparisonCalls, ComparisonInput } from './comparisons.js';
export { type ComparisonUpdate, isFinal, type PlanUpdate } from './follow.js';
