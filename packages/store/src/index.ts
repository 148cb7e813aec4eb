export { openStore, type Store, type StoreOptions } from './store.js';
export { migrate } from './migrate.js';
export { StoreError, type StoreCode } from './errors.js';
export type { Artifact, Artifacts, StagedArtifact } from './artifacts.js';
export type { Models, ModelTrace, NewModel } from './models.js';
export type { KnownFilters, ScoreKey, Scores, StoredFilterScores, StoredScores } from './scores.js';
export type { Datasets } from './datasets.js';
export type { Candidates, NewCandidate } from './candidates.js';
export type { Targets } from './targets.js';
export type { Agents } from './agents.js';
export { type CanaryLimits, DEFAULT_CANARY_LIMITS } from './health/judge.js';
export type { Measurements } from './measurements/measurements.js';
export type { ClaimRequest } from './measurements/claim.js';
export type { CreatedMeasurement } from './measurements/create.js';
export type {
  ExplainedResult,
  HistoryFilter,
  HistoryStretch,
  IdentityHistory,
  StoredResult,
} from './measurements/history.js';
export type { Delivered, Delivery } from './measurements/deliver.js';
export type { MeasurementFilter } from './measurements/query.js';
export type { QueuePosition } from './measurements/reconcile.js';
export type { QueuedJob } from './measurements/rows.js';
export type { Plans } from './plans/plans.js';
export type {
  ComparisonStep,
  Decide,
  DueComparison,
  DuePlan,
  EndedMeasurement,
  PlanStep,
  PlanWish,
  SavedStep,
} from './plans/step.js';
export type { Comparisons } from './comparisons/comparisons.js';
export type { ComparisonSummary } from './comparisons/summary.js';
export type { PlanActivity } from './plans/activity.js';
export { isFinal, type PlanSummary } from './plans/summary.js';
export type { Page, PageRequest } from './page.js';
export type { Listener, Notice } from './listen.js';
