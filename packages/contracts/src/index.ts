export { Granularity, Id, Interval, PageQuery, Sha256, Statistic, TargetName, Timestamp } from './primitives.js';
export { MeasurementKind, MeasurementSpec, Pacing, PartialMeasurementSpec, Sweep } from './spec.js';
export {
  CanaryStamp,
  EnvironmentSample,
  EnvironmentSnapshot,
  GpuState,
  MeasurementEnvironment,
  MeasurementWarning,
} from './device-state.js';
export {
  ComparedPair,
  ComparisonResult,
  DiscardedTake,
  LatencyEstimate,
  MeasurementResult,
  ProcessRuns,
  ProcessVariance,
  RatioEstimate,
} from './latency.js';
export { ProfiledBlock, ProfiledKernel, ProfileResult } from './profile.js';
export {
  CreatedMeasurements,
  CreateMeasurements,
  Measurement,
  MeasurementFailure,
  MeasurementProgress,
  MeasurementRequest,
  MeasurementStatus,
} from './measurement.js';
export { Change, HistoryItem, MeasurementHistory, Regression, RegressionReport } from './history.js';
export {
  AgentHealth,
  CanaryHistory,
  CanaryReading,
  HealthStatus,
  PostCanary,
  TargetHealth,
} from './health.js';
export {
  Block,
  BlockList,
  BlockScore,
  Candidate,
  CreateCandidate,
  Criterion,
  InputData,
  KeptFilters,
  Model,
  PutScores,
  Recipe,
  Reduction,
  Reinitialised,
  ScoreList,
  ScoreSource,
  TensorInfo,
  WeightCriterion,
} from './model.js';
export {
  ChooseFilters,
  ChosenFilters,
  FilterCriterion,
  FilterGroup,
  FilterGroupList,
  FilterScoreList,
  PutFilterScores,
} from './filters.js';
export { DataCriterion, Dataset, GroupSensitivity, ScoreResult, ScoringSpec } from './scoring.js';
export {
  Comparison,
  ComparisonPoint,
  ComparisonStatus,
  CreateComparison,
  MethodOutcome,
  PruningMethod,
} from './comparison.js';
export {
  Agent,
  AgentState,
  Claim,
  Claimed,
  DeliverOutcome,
  Device,
  EnrolAgent,
  Enrolled,
  Heartbeat,
  HeartbeatAnswer,
  MeasurementJob,
  Outcome,
  OutcomeDelivered,
  Target,
} from './fleet.js';
export {
  Budget,
  CreatePlan,
  LatencyTableRow,
  MeasuredLatency,
  Plan,
  PlanBudget,
  PlanEvent,
  PlanProgress,
  PlanReport,
  PlanRound,
  PlanStatus,
  PredictedLatency,
} from './plan.js';
export {
  AgentPage,
  BlockQuery,
  CanaryQuery,
  CandidatePage,
  CandidateQuery,
  ComparisonPage,
  FilterScoreQuery,
  HistoryQuery,
  MeasurementPage,
  MeasurementQuery,
  ModelPage,
  NamedScoreQuery,
  PlanPage,
  PlanQuery,
  PutTarget,
  RegressionQuery,
  ScoreQuery,
  TargetPage,
} from './page.js';
export { Problem } from './problem.js';
export { EnvironmentError, environmentReader, LogLevel } from './environment.js';
export { ContractError, parserOf } from './parse.js';
export { type ContractViolation, violationsOf } from './violations.js';
export { canonicalJson, resolveSpec } from './identity.js';
export { builtInTargets, type TargetDefinition } from './targets.js';
export { parseBudget } from './budget.js';
